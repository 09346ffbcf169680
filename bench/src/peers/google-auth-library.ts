import { type Credentials, OAuth2Client } from 'google-auth-library'
import { CLIENT_ID, CLIENT_SECRET, EXPIRED_AT, type RefreshPeer } from '../refresh-peer.ts'
import { jsonFile } from './json-file.ts'

/**
 * One `OAuth2Client` in each process, asked by `getAccessToken()`. Its README says how tokens are kept: put them in with `setCredentials`,
 * and store what the `tokens` event brings. There is no hook to read them again.
 */
export const peer: RefreshPeer = {
  async save({ folder, tokens }) {
    jsonFile<Credentials>(folder).write({ ...tokens, expiry_date: EXPIRED_AT * 1000 })
  },
  async open({ origin, folder }) {
    const file = jsonFile<Credentials>(folder)
    const client = new OAuth2Client({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, endpoints: { oauth2TokenUrl: `${origin}/token` } })
    client.setCredentials(file.read())
    client.on('tokens', (tokens) => file.write(tokens))
    return async () => String((await client.getAccessToken()).token)
  },
}
