import { UsageError } from '@oauth/core/adapter'
import type { LoginView } from '@oauth/core/routes'
import type { RequestVisit } from './request-visit.js'

/** One provider's login in the session, for the application. */
export interface SessionView<Name extends string = string> extends Pick<LoginView, 'user' | 'accessToken'> {
  readonly provider: Name
  /**
   * Whether there is no token to use here: it has expired, and cannot be renewed in this place, such as a page without a proxy or a store. Who the
   * person is does not depend on it.
   */
  readonly needsRefresh: boolean
}

/** The login at a provider: the last one unless named. */
export async function sessionView<Http, Name extends string>(
  request: RequestVisit<Http>,
  name: Name | undefined,
  hasStore: boolean,
): Promise<SessionView<Name> | undefined> {
  const login = request.visit.session(name)
  if (login === undefined) return undefined
  const { user, tokenState, accessToken } = login
  const needsRefresh = tokenState === 'expired' || (tokenState === 'renewable' && !hasStore && !(await request.isWritable()))
  // The name is one of those configured, which are those that the type knows.
  return { provider: login.provider as Name, user, needsRefresh, accessToken }
}

/** The access token to use now, renewed if need be. @throws {@link UsageError} `OAUTH_MISSING_TOKEN` when nobody is logged in there. */
export function accessToken<Http>({ visit }: RequestVisit<Http>, name: string | undefined): Promise<string> {
  const login = visit.session(name)
  if (login !== undefined) return login.accessToken()
  const where = name === undefined ? '' : ` at "${name}"`
  throw new UsageError(`Nobody is logged in${where}: there is no token. Guard what needs one with protect.`, {
    code: 'OAUTH_MISSING_TOKEN',
  })
}
