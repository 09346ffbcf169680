import type { LoginTerms } from './login-terms.js'
import { safeReturnTo } from './return-to.js'
import type { SessionVisit } from './session-visit.js'
import type { WebContext } from './web-context.js'

/** The login route at a path, with the page that was asked for to come back to, and the terms of the application if there are any. */
export async function loginLocation<Http>(
  { base, terms: sealed }: WebContext<Http>,
  { request }: SessionVisit<Http>,
  { path, terms }: { readonly path: string; readonly terms: LoginTerms },
): Promise<string> {
  const returnTo = safeReturnTo(request.url, base, '')
  const query = new URLSearchParams(returnTo === '' ? {} : { returnTo })
  if (Object.values(terms).some((term) => term !== undefined)) query.set('terms', await sealed.seal(terms))
  return query.size === 0 ? path : `${path}?${query}`
}
