import type { SetCookie } from '@oauth/core/routes'

/** A cookie as Next takes it. */
export interface NextCookie {
  readonly name: string
  readonly value: string
  readonly maxAge: number
  readonly secure: boolean
  readonly httpOnly: true
  readonly path: '/'
  readonly sameSite: 'lax' | 'none'
}

/** Translates a cookie to set. */
export function nextCookie({ name, value, maxAge, secure, sameSite }: SetCookie): NextCookie {
  return { name, value, maxAge, secure, httpOnly: true, path: '/', sameSite: sameSite === 'None' ? 'none' : 'lax' }
}
