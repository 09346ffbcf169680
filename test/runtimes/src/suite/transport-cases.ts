import { type HttpRequest, TransportError, type TransportErrorOptions } from '@oauth/core'
import { fetchTransport } from '@oauth/core/fetch'
import { assert, equal, failure } from './assert.ts'
import type { Case, Context } from './case.ts'

type Failure = Pick<TransportErrorOptions, 'reason' | 'sent'>

/** What a runtime makes of a failure that its `fetch` does not explain. */
const UNEXPLAINED: Failure = { reason: 'reset', sent: 'maybe' }

export const TRANSPORT_CASES: readonly Case[] = [
  fails('no answer in time', { reason: 'timeout', sent: 'maybe' }, ({ hostile }) => ({ url: `${hostile}/silence`, timeoutMs: 200 })),
  fails('a body that does not end in time', { reason: 'timeout', sent: 'maybe' }, ({ hostile }) => ({
    url: `${hostile}/drip`,
    timeoutMs: 200,
  })),
  fails('a body without end', { reason: 'too_large', sent: 'maybe' }, ({ hostile }) => ({ url: `${hostile}/endless` })),
  fails('a body that is small only on the wire', { reason: 'too_large', sent: 'maybe' }, ({ hostile }) => ({
    url: `${hostile}/gzip-bomb`,
  })),
  fails('a reset instead of an answer', { reason: 'reset', sent: 'maybe' }, ({ hostile }) => ({ url: `${hostile}/reset` })),
  fails('a reset in the middle of the body', { reason: 'reset', sent: 'maybe' }, ({ hostile }) => ({ url: `${hostile}/reset-mid-body` })),
  fails('a body shorter than promised', { reason: 'reset', sent: 'maybe' }, ({ hostile }) => ({ url: `${hostile}/truncated` })),
  fails('a connection that is refused', { reason: 'refused', sent: 'no' }, ({ closed }) => ({ url: `${closed}/token` })),
  fails('a port that fetch blocks', { reason: 'refused', sent: 'no' }, () => ({ url: 'http://127.0.0.1:6000/token' })),
  fails('a host that has no address', { reason: 'dns', sent: 'no' }, () => ({ url: 'http://nonexistent.invalid/token' })),
  fails('a server that speaks no TLS', { reason: 'tls', sent: 'no' }, ({ hostile }) => ({
    url: `${hostile.replace('http:', 'https:')}/token`,
  })),
  {
    title: 'an answer may be just as large as allowed',
    async run({ hostile }) {
      const { status, headers, body } = await fetchTransport()(request({ url: `${hostile}/just-as-large` }), {})
      equal([status, headers['content-type'], body.length], [200, 'text/plain; charset=utf-8', MAX_BYTES])
    },
  },
  {
    title: 'F02: the caller aborts while the answer is awaited',
    async run({ hostile }) {
      const controller = new AbortController()
      const sent = fetchTransport()(request({ url: `${hostile}/silence` }), { signal: controller.signal })
      controller.abort()
      await transportError(sent, { reason: 'aborted', sent: 'maybe' })
    },
  },
  {
    title: 'F02: the caller has aborted before',
    async run({ hostile }) {
      const signal = AbortSignal.abort()
      await transportError(fetchTransport()(request({ url: `${hostile}/silence` }), { signal }), { reason: 'aborted', sent: 'maybe' })
    },
  },
  {
    title: 'RD08: a redirect is an answer or an error, and never followed',
    async run({ hostile }) {
      // A browser hides a redirect that is not followed; other runtimes hand it out, and the core's readers refuse it.
      const sent = fetchTransport()(request({ url: `${hostile}/redirect` }), {})
      const answer = await sent.catch(() => undefined)
      if (answer === undefined) await transportError(sent, { reason: 'redirect', sent: 'maybe' })
      else equal([answer.status, answer.headers['location']], [302, '/just-as-large'])
    },
  },
]

/** Largest body that the requests of these cases allow, in bytes. */
const MAX_BYTES = 65_536

function request(members: Partial<HttpRequest> & { readonly url: string }): HttpRequest {
  return { endpoint: 'token', method: 'GET', headers: { accept: 'application/json' }, maxBytes: MAX_BYTES, timeoutMs: 5000, ...members }
}

function fails(what: string, failure: Failure, sent: (context: Context) => Partial<HttpRequest> & { readonly url: string }): Case {
  const needsExplanation = failure.sent === 'no'
  return {
    title: `F02: ${what} is a TransportError, ${failure.reason}${needsExplanation ? ' where fetch tells' : ''}`,
    async run(context) {
      const expected = needsExplanation && !context.tellsFailures ? UNEXPLAINED : failure
      await transportError(fetchTransport()(request(sent(context)), {}), expected)
    },
  }
}

async function transportError(sent: Promise<unknown>, { reason, sent: reached }: Failure): Promise<void> {
  const error = await failure(sent)
  assert(error instanceof TransportError, `${error.name} is no TransportError`)
  equal([error.reason, error.sent], [reason, reached])
}
