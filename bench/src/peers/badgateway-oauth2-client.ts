import { OAuth2Client, OAuth2Fetch, type OAuth2Token } from '@badgateway/oauth2-client'
import { CLIENT_ID, CLIENT_SECRET, EXPIRED_AT, type RefreshPeer } from '../refresh-peer.ts'
import { jsonFile } from './json-file.ts'

/**
 * One `OAuth2Fetch` in each process, which its README names for requests that refresh by themselves, with its hooks for keeping tokens:
 * `getStoredToken`, which is called once, and `storeToken`.
 */
export const peer: RefreshPeer = {
  async save({ folder, tokens }) {
    const token = { accessToken: tokens.access_token, refreshToken: tokens.refresh_token, expiresAt: EXPIRED_AT * 1000 }
    jsonFile<OAuth2Token>(folder).write(token)
  },
  async open({ origin, folder }) {
    const file = jsonFile<OAuth2Token>(folder)
    const client = new OAuth2Client({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, tokenEndpoint: `${origin}/token` })
    const wrapper = new OAuth2Fetch({
      client,
      // Nobody is there to log in again.
      getNewToken: () => null,
      getStoredToken: () => file.read(),
      storeToken: (token) => file.write(token),
    })
    return () => wrapper.getAccessToken()
  },
}
