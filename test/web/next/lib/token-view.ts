import { isOAuthError } from '@oauth/nextjs'
import { hashOf } from '@oauth-test/web/hash-of'
import { accessToken } from './oauth.ts'

/** The hash of the access token to use now, or why there is none. */
export async function tokenView(): Promise<{ readonly accessTokenHash?: string; readonly error?: string }> {
  try {
    return { accessTokenHash: hashOf(await accessToken()) }
  } catch (error) {
    return { error: codeOf(error) }
  }
}

export function codeOf(error: unknown): string {
  return isOAuthError(error) ? error.code : String(error)
}
