import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest'
import type { Application } from './application.ts'
import { casesAt } from './cases/cases.ts'
import { launch } from './launch.ts'
import { PLACES, type Site, startSite } from './site.ts'
import { Visitor } from './visitor.ts'

/** Runs every case in Chromium against an application, at every place. */
export function describeApplication(application: Application): void {
  describe.each(PLACES)(`examples/${application.name} $name`, (place) => {
    const contexts: BrowserContext[] = []
    let browser: Browser
    let site: Site

    beforeAll(async () => {
      site = await startSite(application, place)
      browser = await launch()
    }, 240_000)
    afterAll(async () => {
      await browser?.close()
      await site?.close()
    })
    beforeEach(() => site.untilLogoutsArePast())
    afterEach(async () => {
      for (const context of contexts.splice(0)) await context.close()
    })

    async function arrive(): Promise<Visitor> {
      const context = await browser.newContext({ ignoreHTTPSErrors: place.https })
      contexts.push(context)
      return Visitor.arrive(site, context)
    }

    it.each(casesAt(place))('%s', async (_name, holds) => {
      await holds({ site, visitor: await arrive(), another: arrive })
    })
  })
}
