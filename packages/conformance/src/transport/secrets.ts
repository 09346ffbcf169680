import { ok } from 'node:assert/strict'
import { inspect } from 'node:util'
import type { HttpRequest } from '@oauth/core/adapter'
import { cases } from '../check.js'
import { type Answer, vacantUrl, withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { send, tokenRequest } from './send.js'

/** The credentials of the request, as they are and as HTTP Basic carries them. */
const CANARIES = ['canary-body', 'canary-header', 'Y2FuYXJ5LWhlYWRlcg==']

/** All that a logger, a debugger or an error reporter could print of an error. */
function everything(error: unknown, seen = new Set<unknown>()): string {
  if (typeof error !== 'object' || error === null || seen.has(error)) return String(error)
  seen.add(error)
  const { stack, message, cause } = error as { stack?: unknown; message?: unknown; cause?: unknown }
  const own = Object.getOwnPropertyNames(error).map((name) => everything(Reflect.get(error, name), seen))
  return [inspect(error, { depth: null, showHidden: true }), json(error), stack, message, everything(cause, seen), ...own].join('\n')
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

export const secrets: TransportCheck = {
  id: 'transport.secrets',
  title: 'an error, with its causes, holds neither the body nor the authorization header of the request',
  run: (transport) => {
    const clean = async (request: HttpRequest, signal?: AbortSignal) => {
      const error = await send(transport, request, signal).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      const text = everything(error)
      for (const canary of CANARIES) ok(!text.includes(canary), `"${canary}" is in the error: is the client's own error its cause?`)
    }
    const against =
      (answer: Answer, overrides: Partial<HttpRequest> = {}) =>
      () =>
        withServer(answer, ({ url }) => clean(tokenRequest(url, overrides)))

    return cases({
      'connection refused': async () => clean(tokenRequest(await vacantUrl())),
      reset: against((response) => response.socket?.resetAndDestroy()),
      timeout: against(() => undefined, { timeoutMs: 100 }),
      'too large': against((response) => response.end('x'.repeat(100)), { maxBytes: 10 }),
      redirect: against((response) => response.writeHead(307, { location: '/' }).end()),
      '500': against((response) => response.writeHead(500).end('canary of the server')),
      'no HTTP at all': against((response) => response.socket?.end('garbage\r\n\r\n')),
      aborted: () =>
        withServer(
          () => undefined,
          ({ url }) => clean(tokenRequest(url), AbortSignal.abort(new Error('by the caller'))),
        ),
    })
  },
}
