import type { CDPSession, Page } from 'playwright-core'
import { expect, vi } from 'vitest'

/** Milliseconds that a tab has for it. */
const TIMEOUT = 10_000

/**
 * Presses the back button of a tab until it is at the place before, and fails when it stays where it is: the history tells, since what the browser says of
 * a press does not tell one that was for nothing from one that another navigation, as a redirect is, took the place of.
 */
export async function goBack(page: Page): Promise<void> {
  const history = await page.context().newCDPSession(page)
  try {
    const before = (await vi.waitFor(() => placeIn(history), { timeout: TIMEOUT })) - 1
    const place = async () => {
      if ((await placeIn(history)) > before) await press(page)
      return placeIn(history)
    }
    await expect.poll(place, { timeout: TIMEOUT }).toBe(before)
    await page.waitForLoadState()
  } finally {
    await history.detach()
  }
}

/** What is said of a press that may have been for nothing. While Chromium puts another process in the place of the one before it tells no history, and does nothing. */
const UNSURE = /Not attached to an active page|net::ERR_ABORTED/

async function press(page: Page): Promise<void> {
  try {
    await page.goBack()
  } catch (error) {
    if (!UNSURE.test(String(error))) throw error
  }
}

/** The number of the entry that is shown. */
async function placeIn(history: CDPSession): Promise<number> {
  return (await history.send('Page.getNavigationHistory')).currentIndex
}
