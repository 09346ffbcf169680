import { isOAuthError } from '@oauth/nextjs'
import { NextResponse } from 'next/server'
import { accessToken, session, proxy as sessionProxy } from './oauth.ts'

/** A proxy of the application's own, which tells the page what it has found: the same as the page says itself. */
export const inFront = sessionProxy(async (request) => {
  const headers = new Headers(request.headers)
  headers.set('x-in-front', JSON.stringify({ sub: (await session())?.user.sub, ...(await tokenView()) }))
  return NextResponse.next({ request: { headers } })
})

/** As `tokenView` of pages, with the hash function that the edge runtime has, too. */
async function tokenView(): Promise<{ readonly accessTokenHash?: string; readonly error?: string }> {
  try {
    const token = new TextEncoder().encode(await accessToken())
    return { accessTokenHash: Buffer.from(await crypto.subtle.digest('SHA-256', token)).toString('base64url') }
  } catch (error) {
    return { error: isOAuthError(error) ? error.code : String(error) }
  }
}
