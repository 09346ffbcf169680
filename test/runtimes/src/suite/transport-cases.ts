import { type HttpRequest, type Transport, TransportError, type TransportReason } from '@oauth/core'
import { assert, equal, failure } from './assert.ts'
import type { Case, Context } from './case.ts'

/** A transport of one package. */
export interface Sender {
  readonly name: string
  transport(): Transport
}

/** Members of the request that a case sends. */
type Sent = Partial<HttpRequest> & { readonly url: string }

/** Largest body that the requests of these cases allow, in bytes. */
const MAX_BYTES = 65_536

/** Ways in which a request fails by itself, and the reasons that are told. */
const FAILURES: readonly (readonly [what: string, reason: TransportReason, request: (context: Context) => Sent])[] = [
  ['no answer in time', 'timeout', ({ hostile }) => ({ url: `${hostile}/silence`, timeoutMs: 200 })],
  ['a body that does not end in time', 'timeout', ({ hostile }) => ({ url: `${hostile}/drip`, timeoutMs: 200 })],
  ['a body without end', 'too_large', ({ hostile }) => ({ url: `${hostile}/endless` })],
  ['a body that is small only on the wire', 'too_large', ({ hostile }) => ({ url: `${hostile}/gzip-bomb` })],
  ['a reset instead of an answer', 'reset', ({ hostile }) => ({ url: `${hostile}/reset` })],
  ['a reset in the middle of the body', 'reset', ({ hostile }) => ({ url: `${hostile}/reset-mid-body` })],
  ['a body shorter than promised', 'reset', ({ hostile }) => ({ url: `${hostile}/truncated` })],
  ['a connection that is refused', 'refused', ({ closed }) => ({ url: `${closed}/token` })],
  ['a port that fetch blocks', 'refused', () => ({ url: 'http://127.0.0.1:6000/token' })],
  ['a host that has no address', 'dns', () => ({ url: 'http://nonexistent.invalid/token' })],
  ['a server that speaks no TLS', 'tls', ({ hostile }) => ({ url: `${hostile.replace('http:', 'https:')}/token` })],
]

/** Reasons with which nothing has been sent. A `fetch` that does not tell them leaves that open. */
const NOT_SENT: ReadonlySet<TransportReason> = new Set(['refused', 'dns', 'tls'])

/** What a transport must do, whatever HTTP client it is made of. */
export function transportCases({ name, transport }: Sender): readonly Case[] {
  const send = (sent: Sent, signal?: AbortSignal) => transport()(request(sent), { signal })
  const cases: readonly Case[] = [
    ...FAILURES.map(([what, reason, sent]) => ({
      title: `F02: ${what} is a TransportError, ${reason}${NOT_SENT.has(reason) ? ' where fetch tells' : ''}`,
      run: (context: Context) => fails(send(sent(context)), NOT_SENT.has(reason) && !context.tellsFailures ? 'reset' : reason),
    })),
    {
      title: 'an answer may be just as large as allowed',
      async run({ hostile }) {
        const { status, headers, body } = await send({ url: `${hostile}/just-as-large` })
        equal([status, headers['content-type'], body.length], [200, 'text/plain; charset=utf-8', MAX_BYTES])
      },
    },
    {
      title: 'F02: the caller aborts while the answer is awaited',
      async run({ hostile }) {
        const controller = new AbortController()
        const sent = send({ url: `${hostile}/silence` }, controller.signal)
        controller.abort()
        await fails(sent, 'aborted')
      },
    },
    {
      title: 'F02: the caller has aborted before',
      async run({ hostile }) {
        const signal = AbortSignal.abort()
        await fails(send({ url: `${hostile}/silence` }, signal), 'aborted')
      },
    },
    {
      title: 'RD08 SP04: a redirect is an answer or an error, and never followed',
      async run({ hostile }) {
        // A browser hides a redirect that is not followed; other runtimes hand it out, and the core's readers refuse it.
        const sent = send({ url: `${hostile}/redirect` })
        const answer = await sent.catch(() => undefined)
        if (answer === undefined) await fails(sent, 'redirect')
        else equal([answer.status, answer.headers['location']], [302, '/just-as-large'])
      },
    },
  ]
  return cases.map(({ title, run }) => ({ title: `${name}: ${title}`, run }))
}

function request(sent: Sent): HttpRequest {
  return { endpoint: 'token', method: 'GET', headers: { accept: 'application/json' }, maxBytes: MAX_BYTES, timeoutMs: 5000, ...sent }
}

async function fails(sent: Promise<unknown>, reason: TransportReason): Promise<void> {
  const error = await failure(sent)
  assert(error instanceof TransportError, `${error.name} is no TransportError`)
  equal([error.reason, error.sent], [reason, NOT_SENT.has(reason) ? 'no' : 'maybe'])
}
