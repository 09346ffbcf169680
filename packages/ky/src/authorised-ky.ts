import type { ResourceAuthoriser } from '@oauth/core/adapter'
import type { KyInstance } from 'ky'
import { AuthorisedCall } from './authorised-call.js'

/**
 * The same instance, with the session's token on each attempt of each call. Everything else stays ky's: retries, hooks, timeouts, streams, errors.
 *
 * The work is done around `fetch`, which ky calls once per attempt. It is wrapped when a call begins, so that a `fetch` given to a later `extend`
 * or to one call is authorised too. (With an `afterResponse` hook ky would copy every answer, and repeat nothing where retries are off.)
 */
export function authorisedKy(instance: KyInstance, authoriser: ResourceAuthoriser): KyInstance {
  return instance.extend({
    hooks: {
      init: [
        (options) => {
          const call = new AuthorisedCall(options, authoriser)
          options.fetch = (input, init) => call.fetch(input, init)
        },
      ],
    },
  })
}
