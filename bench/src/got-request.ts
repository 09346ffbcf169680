import { OAuth2Session } from '@oauth/node-got'
import got from 'got'
import { startApi } from './api-process.ts'
import type { Comparison } from './compare.ts'
import { freshToken } from './fresh-token.ts'
import { REQUEST_PLANS } from './request-plans.ts'

/** A call to an API on loopback with a fresh token, on got. */
export async function* gotRequest(): AsyncGenerator<Comparison, void> {
  const { accessToken, options } = freshToken()
  const { http } = new OAuth2Session(options)
  const hook = got.extend({
    hooks: {
      beforeRequest: [
        ({ headers }) => {
          headers['authorization'] = `Bearer ${accessToken}`
        },
      ],
    },
  })
  const api = await startApi()
  try {
    for (const [shape, plan] of Object.entries(REQUEST_PLANS)) {
      yield {
        job: `GET through session.http on got, ${shape}`,
        ours: () => http.get(api.url).json(),
        peers: {
          'got with a hook that sets the header': { run: () => hook.get(api.url).json(), atMost: 1.06 },
          'got itself, without a token': { run: () => got.get(api.url).json() },
        },
        plan,
      }
    }
  } finally {
    await api.close()
  }
}
