import { AuthorizationCode } from 'simple-oauth2'
import { CLIENT_ID, CLIENT_SECRET, EXPIRED_AT, type RefreshPeer } from '../refresh-peer.ts'
import { jsonFile } from './json-file.ts'

/**
 * What its README shows under "Refresh an access token": read the token that was kept, make it an `AccessToken`, and when it is `expired()`,
 * `refresh()` and keep the new one.
 */
export const peer: RefreshPeer = {
  async save({ folder, tokens }) {
    jsonFile<object>(folder).write({ ...tokens, expires_at: EXPIRED_AT })
  },
  async open({ origin, folder }) {
    const file = jsonFile<object>(folder)
    const client = new AuthorizationCode({
      client: { id: CLIENT_ID, secret: CLIENT_SECRET },
      auth: { tokenHost: origin, tokenPath: '/token' },
    })
    return async () => {
      let token = client.createToken(file.read())
      if (token.expired()) {
        token = await token.refresh()
        file.write(token.token)
      }
      return String(token.token['access_token'])
    }
  },
}
