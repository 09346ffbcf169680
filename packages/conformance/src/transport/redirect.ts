import { equal, ok } from 'node:assert/strict'
import { type HttpRequest, isOAuthError, type Transport } from '@oauth/core/adapter'
import { cases } from '../check.js'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send, tokenRequest } from './send.js'

const STATUSES = [301, 302, 303, 307, 308]
const ORIGINS = ['the same', 'another'] as const

/** A redirect, and the request that it answers. */
interface Scene {
  readonly code: number
  readonly origin: (typeof ORIGINS)[number]
  request(url: string): HttpRequest
}

export const redirect: TransportCheck = {
  id: 'transport.redirect',
  title: 'never follows a redirect: resolves with it, or rejects with the reason "redirect"; the target hears nothing',
  run: (transport) => {
    const scenes = STATUSES.flatMap((code) =>
      ORIGINS.flatMap((origin) => [getRequest, tokenRequest].map((request): Scene => ({ code, origin, request }))),
    )
    return cases(Object.fromEntries(scenes.map((scene) => [nameOf(scene), () => play(transport, scene)])))
  },
}

function nameOf({ code, origin, request }: Scene): string {
  return `${code} to ${origin} origin, answering a ${request('').method}`
}

async function play(transport: Transport, { code, origin, request }: Scene): Promise<void> {
  await withServer(
    (response) => response.end('{}'),
    (target) =>
      withServer(
        (response, { url }) => {
          if (url === '/from') response.writeHead(code, { location: origin === 'another' ? `${target.url}/to` : '/to' })
          response.end()
        },
        async ({ url, requests }) => {
          const outcome = await send(transport, request(`${url}/from`)).then(
            (response) => response.status,
            (error: unknown) => error,
          )
          equal(target.requests.length + requests.length, 1, 'the redirect was followed')
          if (typeof outcome === 'number') equal(outcome, code, 'another status came back')
          else ok(isRedirect(outcome), 'rejected with another error')
        },
      ),
  )
}

function isRedirect(error: unknown): boolean {
  return isOAuthError(error) && error.name === 'TransportError' && error.reason === 'redirect'
}
