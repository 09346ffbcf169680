import { OAuth2Session } from '@oauth/ky'
import ky from 'ky'
import { startApi } from './api-process.ts'
import type { Comparison } from './compare.ts'
import { freshToken } from './fresh-token.ts'
import { REQUEST_PLANS } from './request-plans.ts'

/** A call to an API on loopback with a fresh token, on ky. */
export async function* kyRequest(): AsyncGenerator<Comparison, void> {
  const { accessToken, options } = freshToken()
  const { http } = new OAuth2Session(options)
  const hook = ky.extend({ hooks: { beforeRequest: [({ request }) => request.headers.set('authorization', `Bearer ${accessToken}`)] } })
  const api = await startApi()
  try {
    for (const [shape, plan] of Object.entries(REQUEST_PLANS)) {
      yield {
        job: `GET through session.http on ky, ${shape}`,
        ours: () => http.get(api.url).json(),
        peers: {
          'ky with a hook that sets the header': { run: () => hook.get(api.url).json(), atMost: 1.06 },
          'ky itself, without a token': { run: () => ky.get(api.url).json() },
        },
        plan,
      }
    }
  } finally {
    await api.close()
  }
}
