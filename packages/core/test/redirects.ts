import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { AuthorisedFetch } from '../src/fetch.js'
import type { OAuth2Session } from '../src/session.js'
import { type AdapterWorld, type Answer, json, startAdapterWorld, type WorldOptions } from './adapter-world.js'

type Fetch = typeof globalThis.fetch
type Call = AuthorisedFetch

/** How the sessions of an adapter that is made of `fetch` are used. */
export interface FetchAdapter {
  /** @param fetch what the adapter sends with; the platform's own unless told. */
  readonly session: (options: WorldOptions & { readonly quirks?: object }, fetch?: Fetch) => OAuth2Session<unknown>
  /** A call through the session that resolves for every status, and is not tried again. */
  readonly call: (session: OAuth2Session<unknown>) => Call
}

const KEY = { 'x-api-key': 'key' }
/** Headers that Node adds, whatever it is given. */
const OF_NODE = ['accept-encoding', 'accept-language', 'connection', 'host', 'sec-fetch-mode']

/** What becomes of an application's call when the API redirects: the same on every adapter that is made of `fetch`. */
export function describeRedirects({ session: open, call: callOf }: FetchAdapter): void {
  let world: AdapterWorld<OAuth2Session<unknown>, { quirks: object }>
  /** What the adapter sent, in order. */
  let sent: { readonly request: Request; readonly redirect: RequestRedirect }[]
  let call: Call

  const recording: Fetch = (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init)
    sent.push({ request, redirect: init?.redirect ?? request.redirect })
    return fetch(input, init)
  }
  const redirect =
    (status: number, location: string): Answer =>
    (_seen, response) =>
      void response.writeHead(status, { location }).end()
  const headersAt = (seen: (typeof world)['seen']) =>
    seen.map(({ headers }) => Object.keys(headers).filter((name) => !OF_NODE.includes(name)))
  /** As if this were another platform, until the test is over. */
  const pretend = (userAgent: string | undefined) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ?? {}
    Object.defineProperty(globalThis, 'navigator', { value: { userAgent }, configurable: true })
    onTestFinished(() => void Object.defineProperty(globalThis, 'navigator', before))
  }

  beforeEach(async () => {
    sent = []
    world = await startAdapterWorld((options) => open(options, recording))
    call = callOf(await world.session())
  })
  afterEach(() => world.close())

  describe('RD09: an API redirects', () => {
    it.each([301, 302, 303, 307, 308])(
      'RD09: a %i to another origin takes no header along that is for the API; one within the origin takes them all',
      async (status) => {
        const session = await world.session({ quirks: { resourceHeaders: { 'client-id': 'client' } } })
        session.registerComplianceHook('protected_request', (request) => ({ ...request, headers: { ...request.headers, site: 'a' } }))
        world.on('/away', redirect(status, `${world.elsewhere}/got`))
        world.on('/old', redirect(status, '/me'))
        const headers = { ...KEY, dpop: 'proof', cookie: 'a=b', accept: 'text/own', 'user-agent': 'mine/1' }
        await callOf(session)(`${world.api}/away`, { headers })
        await callOf(session)(`${world.api}/old`, { headers })
        expect(headersAt(world.seenElsewhere)).toEqual([['accept', 'user-agent']])
        expect(world.seenElsewhere[0]?.headers).toMatchObject({ accept: 'text/own', 'user-agent': 'mine/1' })
        expect(world.seen).toHaveLength(3)
        for (const seen of world.seen) expect(seen.headers).toMatchObject({ ...headers, site: 'a', 'client-id': 'client' })
        expect(new Set(world.authorizations())).toEqual(new Set(['Bearer access-2']))
      },
    )

    it('RD09: what stayed behind does not come back where a further redirect leads home', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/back`))
      world.onElsewhere('/back', redirect(302, `${world.api}/home`))
      world.on('/home', (_seen, response) => json(response, 200, {}))
      await call(`${world.api}/away`, { headers: KEY })
      expect(world.seen.map(({ path, headers }) => [path, headers['x-api-key'], headers.authorization])).toEqual([
        ['/away', 'key', 'Bearer access-1'],
        ['/home', undefined, undefined],
      ])
    })

    it('RD09: nor along with a call without a token, or with an authorization of its own', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      await call(`${world.api}/away`, { headers: KEY, oauth: { withholdToken: true } })
      await call(`${world.api}/away`, { headers: { ...KEY, authorization: 'Basic bWluZQ==' } })
      expect(world.authorizations()).toEqual([undefined, 'Basic bWluZQ=='])
      expect(headersAt(world.seenElsewhere).flat().sort()).toEqual(['accept', 'accept', 'user-agent', 'user-agent'])
    })

    it('RD09: a session whose `fetch` is that of another one gets no token of that one to where a redirect leads', async () => {
      const inner = await world.session()
      const outer = open(
        { server: { issuer: world.api, token_endpoint: `${world.api}/token` }, clientId: 'c', clientSecret: 's' },
        callOf(inner),
      )
      await outer.setToken({ access_token: 'outer' })
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      await callOf(outer)(`${world.api}/away`, { headers: KEY })
      expect(world.authorizations()).toEqual(['Bearer outer'])
      expect(world.seenElsewhere.map(({ headers }) => headers.authorization)).toEqual([undefined])
    })

    it('a 401 of the origin where it led renews nothing; one within the origin renews, and the call is repeated as it was', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/no`))
      world.on('/old', redirect(307, '/me'))
      world.answerElsewhere(401)
      world.forget()
      expect((await call(`${world.api}/away`, { headers: KEY })).status).toBe(401)
      expect(world.tokenRequests).toHaveLength(0)
      expect((await call(`${world.api}/old`, { method: 'POST', body: 'text', headers: KEY })).status).toBe(200)
      expect(world.tokenRequests).toHaveLength(1)
      expect(world.seen.slice(1).map(({ path, headers, body }) => [path, headers.authorization, headers['x-api-key'], body])).toEqual([
        ['/old', 'Bearer access-1', 'key', 'text'],
        ['/me', 'Bearer access-1', 'key', 'text'],
        ['/old', 'Bearer access-2', 'key', 'text'],
        ['/me', 'Bearer access-2', 'key', 'text'],
      ])
    })
  })

  describe('a redirect that is followed here is followed as fetch does (Fetch §4.4)', () => {
    it('whatever way it leads: the same requests, but for the headers', async () => {
      const hop = fc.record({ status: fc.constantFrom(301, 302, 303, 307, 308), leaves: fc.boolean() })
      const content = fc.constantFrom(undefined, 'text', '', new URLSearchParams({ a: '1' }), new Blob(['blob'], { type: 'a/b' }))
      const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE')
      await fc.assert(
        fc.asyncProperty(fc.array(hop, { maxLength: 5 }), methods, content, async (hops, method, body) => {
          let at = world.api
          const homes: boolean[] = [true]
          hops.forEach(({ status, leaves }, index) => {
            const from = at === world.api ? world.on : world.onElsewhere
            if (leaves) at = at === world.api ? world.elsewhere : world.api
            homes.push(homes.at(-1) === true && !leaves)
            from(`/${index}`, redirect(status, leaves ? `${at}/${index + 1}#f` : `./${index + 1}?q=é`))
          })
          const end: Answer = (seen, response) => json(response, 200, seen.path)
          world.on(`/${hops.length}`, end)
          world.onElsewhere(`/${hops.length}`, end)

          const log = async (send: Call) => {
            world.seen.length = 0
            world.seenElsewhere.length = 0
            const init = {
              method,
              headers: { ...KEY, accept: '*/*', 'content-language': 'en' },
              body: method === 'GET' || method === 'HEAD' ? null : body,
            }
            const { status, url, redirected, ...response } = await send(`${world.api}/0?a=b#g`, init as RequestInit).then((answer) => ({
              status: answer.status,
              url: answer.url,
              redirected: answer.redirected,
            }))
            const seen = [world.seen, world.seenElsewhere].map((site) =>
              site.map(({ method, path, body, headers }) => ({
                ...{ method, path, body },
                type: headers['content-type'],
                length: headers['content-length'],
                chunked: headers['transfer-encoding'],
                key: headers['x-api-key'],
                language: headers['content-language'],
              })),
            )
            return { status, url, redirected, ...response, seen }
          }
          const theirs = await log(fetch)
          const ours = await log(call)
          const withKey = ours.seen.flat().filter(({ key }) => key !== undefined)
          expect(withKey).toHaveLength(homes.filter(Boolean).length)
          const bare = (of: typeof ours) => ({
            ...of,
            seen: of.seen.map((site) => site.map(({ key: _key, language: _language, ...seen }) => seen)),
          })
          expect(bare(ours)).toEqual(bare(theirs))
        }),
        { numRuns: 60 },
      )
    })

    it.each<[string, () => BodyInit, RegExp]>([
      ['a text', () => 'text', /^text$/],
      ['parameters', () => new URLSearchParams({ a: '1' }), /^a=1$/],
      ['bytes', () => new TextEncoder().encode('text'), /^text$/],
      ['a blob', () => new Blob(['text']), /^text$/],
      ['a form', () => formData(), /^(--\S+)\r\n[\s\S]*name="name"\r\n\r\nvalue\r\n\1--/],
    ])('a 307 keeps method and body: %s', async (_name, body, expected) => {
      world.on('/away', redirect(307, `${world.elsewhere}/got`))
      await call(`${world.api}/away`, { method: 'POST', body: body(), headers: KEY })
      const [there] = world.seenElsewhere
      expect([there?.method, there?.headers['x-api-key']]).toEqual(['POST', undefined])
      expect(there?.body).toMatch(expected)
      expect(there?.headers['content-length']).toBe(String(there?.body.length))
      const [, boundary] = /boundary=(.+)/.exec(there?.headers['content-type'] ?? '') ?? []
      if (boundary !== undefined) expect(there?.body.startsWith(`--${boundary}`)).toBe(true)
    })

    it('a 302 makes a POST a GET without a body and what tells of it', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      await call(`${world.api}/away`, {
        method: 'POST',
        body: 'text',
        headers: { ...KEY, 'content-type': 'a/b', 'content-language': 'en' },
      })
      expect(world.seenElsewhere).toMatchObject([{ method: 'GET', body: '' }])
      expect(headersAt(world.seenElsewhere)).toEqual([['accept', 'user-agent']])
    })

    it('a Request of the application takes its body along', async () => {
      world.on('/away', redirect(307, `${world.elsewhere}/got`))
      await call(new Request(`${world.api}/away`, { method: 'PUT', body: 'text', headers: KEY }))
      expect(world.seen).toMatchObject([{ method: 'PUT', body: 'text', headers: { 'content-length': '4' } }])
      expect(world.seenElsewhere).toMatchObject([{ method: 'PUT', body: 'text' }])
    })

    it.each([302, 307])('a body that is a stream is a network error at a %i, as with fetch', async (status) => {
      world.on('/old', redirect(status, '/me'))
      const body = () => new Blob(['text']).stream()
      const outcome = (send: Call) =>
        failure(send(`${world.api}/old`, { method: 'POST', body: body(), duplex: 'half', headers: KEY } as RequestInit))
      expect(await outcome(call)).toEqual(await outcome(fetch))
      expect(world.seen.map(({ path, body }) => [path, body])).toEqual(Array(2).fill(['/old', 'text']))
    })

    it('so is one of a Request that is too large to be kept; a 303 asks for none', async () => {
      world.on('/old', redirect(307, '/me'))
      world.on('/other', redirect(303, '/me'))
      const large = (path: string) => new Request(world.api + path, { method: 'POST', body: 'x'.repeat(1_048_577), headers: KEY })
      expect(await failure(call(large('/old')))).toEqual(['TypeError', 'fetch failed'])
      expect((await call(large('/other'))).status).toBe(200)
      expect(world.seen.map(({ path, body }) => [path, body.length])).toEqual([
        ['/old', 1_048_577],
        ['/other', 1_048_577],
        ['/me', 0],
      ])
    })

    it('twenty are followed, and no more', async () => {
      for (let at = 0; at <= 20; at++) world.on(`/${at}`, redirect(302, `/${at + 1}`))
      world.on('/21', (_seen, response) => json(response, 200, {}))
      expect((await call(`${world.api}/1`, { headers: KEY })).status).toBe(200)
      expect(world.seen).toHaveLength(21)
      const outcome = (send: Call) => failure(send(`${world.api}/0`, { headers: KEY }))
      expect(await outcome(call)).toEqual(await outcome(fetch))
      expect(world.seen).toHaveLength(21 + 21 + 21)
    })

    it('the answer tells where it came from, and so does a copy of it', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/got?a#b`))
      const answer = await call(`${world.api}/away`, { headers: KEY })
      const copy = answer.clone()
      for (const each of [answer, copy, copy.clone()]) expect([each.redirected, each.url]).toEqual([true, `${world.elsewhere}/got?a`])
      expect(await Promise.all([answer.json(), copy.json()])).toEqual([[], []])
      const direct = await call(world.elsewhere, { headers: KEY })
      expect([direct.redirected, direct.url]).toEqual([false, `${world.elsewhere}/`])
    })

    it.each([
      ['an ftp: address', 'ftp://127.0.0.1/'],
      ['a data: address', 'data:text/plain,a'],
      ['what is no address', 'http://['],
      ['a name in the address', 'http://name@127.0.0.1:9/'],
      ['a password in the address', 'http://:password@127.0.0.1:9/'],
    ])('to %s it is a network error', async (_name, location) => {
      world.on('/away', redirect(302, location))
      expect(await failure(call(`${world.api}/away`, { headers: KEY }))).toEqual(['TypeError', 'fetch failed'])
    })

    it('one that names no place is the answer', async () => {
      world.on('/away', (_seen, response) => response.writeHead(302).end('text'))
      const answer = await call(`${world.api}/away`, { headers: KEY })
      expect([answer.status, answer.redirected, await answer.text()]).toEqual([302, false, 'text'])
    })

    it('an address in UTF-8 is read as such', async () => {
      world.on('/away', redirect(302, Buffer.from('/é', 'utf8').toString('latin1')))
      await call(`${world.api}/away`, { headers: KEY })
      expect(world.seen.map(({ path }) => path)).toEqual(['/away', '/%C3%A9'])
    })

    it('redirect: manual and error stay what they are', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      expect((await call(`${world.api}/away`, { headers: KEY, redirect: 'manual' })).status).toBe(302)
      expect(await failure(call(`${world.api}/away`, { headers: KEY, redirect: 'error' }))).toEqual(['TypeError', 'fetch failed'])
      expect(world.seenElsewhere).toHaveLength(0)
    })

    it('a signal ends a call while the second request is under way', async () => {
      const controller = new AbortController()
      world.on('/away', redirect(302, `${world.elsewhere}/silent`))
      world.onElsewhere('/silent', () => controller.abort(new Error('enough')))
      await expect(call(`${world.api}/away`, { headers: KEY, signal: controller.signal })).rejects.toThrow('enough')
    })

    it('a signal ends the body of the answer, also when all else was forgotten', async () => {
      setFlagsFromString('--expose-gc')
      const collect: () => void = runInNewContext('gc')
      const controller = new AbortController()
      world.on('/away', redirect(302, `${world.elsewhere}/endless`))
      world.onElsewhere('/endless', (_seen, response) => void response.writeHead(200).write('x'))
      world.on('/endless', (_seen, response) => void response.writeHead(200).write('x'))
      const answers = [
        await call(`${world.api}/endless`, { headers: KEY, signal: controller.signal }),
        await call(`${world.api}/away`, { headers: KEY, signal: controller.signal }),
      ]
      sent.length = 0
      for (let turn = 0; turn < 3; turn++) {
        collect()
        await new Promise((resolve) => setImmediate(resolve))
      }
      controller.abort(new Error('enough'))
      for (const answer of answers) await expect(answer.text()).rejects.toThrow('enough')
    })

    it('each request has what the first one has beside its headers, and the options of the platform', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      const dispatched: string[] = []
      const init = { headers: KEY, cache: 'no-store', credentials: 'omit', keepalive: true } as const
      await call(`${world.api}/away`, { ...init, ...dispatcher((path) => dispatched.push(path)) })
      expect(dispatched).toEqual(['/away', '/got'])
      const { headers: _headers, ...kept } = init
      for (const { request } of sent) for (const [name, value] of Object.entries(kept)) expect(request[name as keyof Request]).toBe(value)
      expect(sent.map(({ redirect }) => redirect)).toEqual(['manual', 'manual'])
    })
  })

  describe('what is left to fetch', () => {
    it('a request whose headers any server may have: it is sent once, and fetch follows', async () => {
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      const headers = { accept: 'a/b', 'accept-encoding': 'gzip', 'accept-language': 'de', 'content-type': 'a/b', 'user-agent': 'mine/1' }
      const answer = await call(`${world.api}/away`, { headers })
      expect([answer.redirected, answer.url]).toEqual([true, `${world.elsewhere}/got`])
      expect(sent.map(({ redirect }) => redirect)).toEqual(['follow'])
      expect(Object.getOwnPropertyDescriptor(answer, 'redirected')).toBeUndefined()
      expect(world.seenElsewhere.map(({ headers }) => headers.authorization)).toEqual([undefined])
    })

    it.each(['Cloudflare-Workers', undefined])('not where fetch may leave the token on: on %s all are followed here', async (userAgent) => {
      pretend(userAgent)
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      await call(`${world.api}/away`)
      expect(sent.map(({ redirect }) => redirect)).toEqual(['manual', 'manual'])
      expect(world.authorizations()).toEqual(['Bearer access-1'])
      expect(world.seenElsewhere.map(({ headers }) => headers.authorization)).toEqual([undefined])
    })

    it('everything in browsers, which show redirects to nobody', async () => {
      pretend('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36')
      world.on('/away', redirect(302, `${world.elsewhere}/got`))
      await call(`${world.api}/away`, { headers: KEY })
      expect(sent.map(({ redirect }) => redirect)).toEqual(['follow'])
    })
  })

  describe('Next 15’s edge runtime, to whose fetch a request with options beside it is its URL and nothing else', () => {
    beforeEach(async () => {
      Object.defineProperty(globalThis, 'EdgeRuntime', { value: 'edge-runtime', configurable: true })
      onTestFinished(() => void Reflect.deleteProperty(globalThis, 'EdgeRuntime'))
      const forgetful: Fetch = (input, init) => recording(init !== undefined && input instanceof Request ? input.url : input, init)
      const session = open(
        { server: { issuer: world.api, token_endpoint: `${world.api}/token` }, clientId: 'c', clientSecret: 's' },
        forgetful,
      )
      await session.setToken({ access_token: 'access' })
      call = callOf(session)
    })

    it('RD09: nothing of the request is lost within the origin, and no header that is for the API comes along to another one', async () => {
      world.on('/old', redirect(307, '/older'))
      world.on('/older', redirect(307, `${world.elsewhere}/got`))
      await call(`${world.api}/old`, { method: 'PUT', body: 'text', headers: KEY })
      expect(world.seen.map(({ method, headers, body }) => [method, headers.authorization, headers['x-api-key'], body])).toEqual([
        ['PUT', 'Bearer access', 'key', 'text'],
        ['PUT', 'Bearer access', 'key', 'text'],
      ])
      expect(headersAt(world.seenElsewhere).flat()).not.toEqual(expect.arrayContaining(['authorization']))
      expect(world.seenElsewhere.map(({ method, headers, body }) => [method, headers['x-api-key'], body])).toEqual([
        ['PUT', undefined, 'text'],
      ])
    })
  })

  describe('a platform that hides redirects and does not say that it is a browser', () => {
    beforeEach(async () => {
      const hiding: Fetch = async (input, init) => {
        const answer = await recording(input, init)
        const isHidden = answer.status >= 300 && answer.status < 400
        return isHidden ? Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' }) : answer
      }
      const session = open(
        { server: { issuer: world.api, token_endpoint: `${world.api}/token` }, clientId: 'c', clientSecret: 's' },
        hiding,
      )
      await session.setToken({ access_token: 'access' })
      call = callOf(session)
      world.on('/away', redirect(307, `${world.elsewhere}/got`))
    })

    it('a GET is sent again, and fetch follows', async () => {
      const answer = await call(`${world.api}/away`, { headers: KEY })
      expect([answer.status, answer.redirected, answer.url]).toEqual([200, true, `${world.elsewhere}/got`])
      expect(sent.map(({ redirect }) => redirect)).toEqual(['manual', 'follow'])
    })

    it('a POST is not: it is an error that says why', async () => {
      const sending = call(`${world.api}/away`, { method: 'POST', body: 'text', headers: KEY })
      await expect(sending).rejects.toMatchObject({ name: 'TransportError', code: 'OAUTH_REDIRECT', sent: 'maybe', origin: world.api })
      expect(world.seen).toHaveLength(1)
      expect(world.seenElsewhere).toHaveLength(0)
    })
  })
}

function formData(): FormData {
  const form = new FormData()
  form.set('name', 'value')
  return form
}

/** An error of `fetch`, or of a client that wraps it, by name and message. */
async function failure(outcome: Promise<unknown>): Promise<readonly [string, string]> {
  const thrown: unknown = await outcome.then(
    () => new Error('it did not fail'),
    (error: unknown) => (error instanceof Error && error.name === 'NetworkError' ? error.cause : error),
  )
  const { name, message } = thrown as Error
  return [name, message]
}

/** Node's own option of `fetch`: what makes connections. */
function dispatcher(onDispatch: (path: string) => void): object {
  const global = (globalThis as unknown as Record<symbol, { dispatch(options: { path: string }, handler: unknown): boolean }>)[
    Symbol.for('undici.globalDispatcher.1')
  ]
  return {
    dispatcher: {
      dispatch(options: { path: string }, handler: unknown) {
        onDispatch(options.path)
        return global?.dispatch(options, handler)
      },
    },
  }
}
