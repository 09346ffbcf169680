import { equal, ok } from 'node:assert/strict'
import { isOAuthError } from '@oauth/core/adapter'
import { cases } from '../check.js'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send, tokenRequest } from './send.js'

const STATUSES = [301, 302, 303, 307, 308]

export const redirect: TransportCheck = {
  id: 'transport.redirect',
  title: 'never follows a redirect: resolves with it, or rejects with the reason "redirect"; the target hears nothing',
  run: (transport) =>
    cases(
      Object.fromEntries(
        STATUSES.flatMap((code) =>
          [getRequest, tokenRequest].flatMap((request) =>
            (['the same', 'another'] as const).map((origin) => [
              `${code} to ${origin} origin, answering a ${request('').method}`,
              () =>
                withServer(
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
                        else ok(isOAuthError(outcome) && outcome.name === 'TransportError' && outcome.reason === 'redirect', 'rejected with another error')
                      },
                    ),
                ),
            ]),
          ),
        ),
      ),
    ),
}
