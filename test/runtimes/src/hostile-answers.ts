import type { HostileRequest, HostileScript, HostileServer } from '@oauth-test/provider'

const WELL_KNOWN = '.well-known/openid-configuration'

/** Scripts of every site may read it: a browser would otherwise hide what is wrong with an answer. */
const headers = { 'Access-Control-Allow-Origin': '*' }
/** For scripts of every site, to send whatever headers they like. */
const PERMISSION = { status: 204, headers: { ...headers, 'Access-Control-Allow-Headers': 'authorization, *' } }
const json = { ...headers, 'Content-Type': 'application/json' }

/** Gives each path of a server its own misbehaviour. What it leads away from there goes to `elsewhere`, another origin. */
export function misbehave(server: HostileServer, elsewhere: string): void {
  const answers: Readonly<Record<`/${string}`, HostileScript>> = {
    '/silence': { fault: 'silence' },
    '/drip': { fault: 'drip', headers },
    '/endless': { fault: 'endless', headers },
    '/gzip-bomb': { fault: 'gzip-bomb', headers },
    '/reset': { fault: 'reset' },
    '/reset-mid-body': { fault: 'reset-mid-body', headers },
    '/truncated': { fault: 'truncated', headers },
    '/redirect': { fault: 'redirect', headers, location: '/just-as-large' },
    '/away': away(`${elsewhere}/echo`),
    '/away-to-guarded': away(`${elsewhere}/guarded`),
    '/echo': readable(echo),
    // It gives the assertion back as the token, so that what arrives at an API tells what was sent here.
    '/assertion-token': readable(({ body }) => ({
      access_token: new URLSearchParams(body).get('assertion'),
      token_type: 'Bearer',
      expires_in: 60,
    })),
    '/just-as-large': { headers, body: 'a'.repeat(65_536) },
    [`/other-issuer/${WELL_KNOWN}`]: { headers, body: server.metadata() },
    [`/twice/${WELL_KNOWN}`]: { headers: json, body: `{"issuer":"${server.url}/twice","issuer":"https://other.example"}` },
    [`/latin-1/${WELL_KNOWN}`]: {
      headers: json,
      body: Buffer.from(`{"issuer":"${server.url}/latin-1","service":"Gr\u00fc\u00dfe"}`, 'latin1'),
    },
    [`/prototype/${WELL_KNOWN}`]: {
      headers: json,
      body: `{"__proto__":{"polluted":true},${JSON.stringify(server.metadata({ issuer: `${server.url}/prototype` })).slice(1)}`,
    },
    [`/moved/${WELL_KNOWN}`]: { fault: 'redirect', headers, location: `/prototype/${WELL_KNOWN}` },
  }
  for (const [path, answer] of Object.entries(answers)) server.answer(path as `/${string}`, answer)
}

/** The other origin: it takes every header at one address, and asks scripts of other sites for none at another. */
export function answerElsewhere(server: HostileServer): void {
  server.answer('/echo', readable(echo))
  server.answer('/guarded', ({ method }) => (method === 'OPTIONS' ? { status: 204, headers } : { headers, body: 'a' }))
}

function echo({ method, url, headers: { authorization, 'x-api-key': key }, body }: HostileRequest): unknown {
  return { method, url, authorization, key, body }
}

function away(location: string): HostileScript {
  return (request) => (request.method === 'OPTIONS' ? PERMISSION : { status: 307, headers: { ...headers, location } })
}

/** JSON of a request, that a script of every site may send with whatever headers it likes. */
function readable(body: (request: HostileRequest) => unknown): HostileScript {
  return (request) => (request.method === 'OPTIONS' ? PERMISSION : { headers, body: body(request) })
}
