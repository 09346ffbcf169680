import type { Page } from './page.ts'

export interface LoginOptions {
  readonly username: string
  /** Any password is right at the test provider. */
  readonly password?: string
  /** False presses "Deny" on the consent page. Default true. */
  readonly consent?: boolean
}

/**
 * Fills the provider's login and consent pages, whichever of them it shows, until the browser has been sent away.
 * A page elsewhere (single sign-on needed no page) comes back as it is.
 */
export async function login(page: Page, { username, password = 'any', consent = true }: LoginOptions): Promise<Page> {
  let shown = page
  let loginDone = false
  while (new URL(shown.url).pathname.startsWith('/interaction/')) {
    const form = shown.forms.find(({ fields }) => fields.some(({ name }) => name === 'username'))
    if (form) {
      if (loginDone) throw new Error(`login as ${username} failed: ${shown.text}`)
      loginDone = true
      shown = await form.submit({ username, password })
    } else {
      const wanted = consent ? '/confirm' : '/abort'
      shown = await shown.form(({ action }) => action.endsWith(wanted)).submit()
    }
  }
  return shown
}
