import { isJsonObject, type Json } from '../http/json.js'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * Tells whether the claim `events` makes a token a logout token: one is no ID token, and an ID token is none.
 *
 * @see OpenID Connect Back-Channel Logout §2.4 https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken
 */
export function isLogoutEvent(events: Json | undefined): boolean {
  return isJsonObject(events) && isJsonObject(events[EVENT])
}
