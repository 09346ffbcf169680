'use server'

import { login, logout, type ProviderName, protect } from '../lib/oauth.ts'

/** Goes to a provider, and comes back signed in. */
export async function signIn(provider: ProviderName): Promise<void> {
  await login(provider)
}

/** Adds a login to the session. Next lets no other site call an action. */
export const link = protect(async (provider: ProviderName): Promise<void> => {
  await login(provider, { link: true, returnTo: `${process.env['BASE_PATH'] ?? ''}/account` })
})

/** Ends the session here and at the provider. */
export async function signOut(): Promise<void> {
  await logout()
}
