import { setTimeout as sleep } from 'node:timers/promises'
import { type Surroundings, startSurroundings } from '@oauth-test/provider'
import { makeCertificate } from '@oauth-test/web/certificate'
import type { Application } from './application.ts'
import { type Front, startFront } from './front.ts'

/** How an application is reached. */
export interface Place {
  readonly name: 'on its own' | 'on its own, with sessions of a few seconds' | 'behind an HTTPS reverse proxy with a path prefix'
  readonly https: boolean
  readonly basePath: string
  /** The first provider answers by `form_post`. From http to https that is another site's POST, which browsers send without Lax cookies. */
  readonly formPost: boolean
  /** Seconds that a login lasts: what the application has for it unless told. */
  readonly lifetime?: number
}

/** Everything runs at all of them, but for the one whose sessions are too short. */
export const PLACES: readonly Place[] = [
  { name: 'on its own', https: false, basePath: '', formPost: false },
  { name: 'on its own, with sessions of a few seconds', https: false, basePath: '', formPost: false, lifetime: 4 },
  { name: 'behind an HTTPS reverse proxy with a path prefix', https: true, basePath: '/shop', formPost: true },
]

/** An application under test, with what it needs around it. */
export interface Site extends Surroundings {
  /** Of the application. */
  readonly name: string
  readonly place: Place
  /** What browsers see. No slash at its end. */
  readonly baseUrl: string
  readonly front: Front
  /** Seconds that the access tokens live which the first provider issues from now on. */
  lifetime: number
  /** Resolves in the second after the last logout that a provider has told of: a login within it counts as before it, as times of providers are whole seconds. */
  untilLogoutsArePast(): Promise<void>
}

/** Starts an application at a place. */
export async function startSite(application: Application, place: Place): Promise<Site> {
  const { https, basePath, formPost, lifetime } = place
  const surroundings = await startSurroundings({ accessTokenTtl: () => site.lifetime })
  const target = (): string | undefined => started?.url
  const stripped = application.knowsBasePath ? '' : basePath
  const front = await startFront({ target, stripped, certificate: https ? await makeCertificate() : undefined })
  // The provider's server does not trust the certificate.
  const internal = await startFront({ target, stripped })
  const baseUrl = `${front.url}${basePath}`
  const env = await surroundings.register({ name: application.title, baseUrl, internalUrl: `${internal.url}${basePath}` })
  let started: Awaited<ReturnType<Application['start']>> | undefined
  let past = 0

  const site: Site = {
    ...surroundings,
    name: application.name,
    place,
    baseUrl,
    front,
    lifetime: 3600,
    async untilLogoutsArePast() {
      const told = internal.passed.filter(({ path }) => path.endsWith('/backchannel-logout')).length
      if (told > past) await sleep(1000 - (Date.now() % 1000))
      past = told
    },
    async close() {
      await front.close()
      await internal.close()
      await started?.close()
      await surroundings.close()
    },
  }
  try {
    const further = {
      ...(formPost ? { EXAMPLE_RESPONSE_MODE: 'form_post' } : {}),
      ...(lifetime === undefined ? {} : { SESSION_LIFETIME: `${lifetime}` }),
    }
    started = await application.start({ env: { ...env, ...further }, basePath })
  } catch (error) {
    await site.close()
    throw error
  }
  return site
}
