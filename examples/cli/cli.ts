/**
 * A command line tool that acts for a person: `login` once, then `me` as often as you like, in as many processes at once as you like, and `logout`.
 * The token is in one file, and one process renews it for all.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isOAuthError, OAuth2Session } from '@oauth/node-got'
import { fileStore } from '@oauth/store-file'
import got from 'got'
import { logIn } from './log-in.ts'

const { XDG_STATE_HOME = join(homedir(), '.local/state') } = process.env

const session = new OAuth2Session({
  issuer: env('DEMO_ISSUER'),
  clientId: env('DEMO_CLIENT_ID'),
  scope: 'openid offline_access',
  authorizationParameters: { prompt: 'consent' },
  http: got.extend({ prefixUrl: env('API_URL') }),
  store: fileStore(join(XDG_STATE_HOME, 'oauth-example/tokens.json')),
  key: 'me',
})

try {
  await run(process.argv[2])
} catch (error) {
  if (!isOAuthError(error)) throw error
  const isOver = error.code === 'OAUTH_MISSING_TOKEN' || error.code === 'OAUTH_REFRESH_TERMINAL'
  console.error(isOver ? 'You are not logged in: node cli.ts login' : error.message)
  process.exitCode = 1
}

async function run(command?: string): Promise<void> {
  switch (command) {
    case 'login':
      await logIn(session)
      console.log(`Hello ${session.claims?.sub}`)
      break
    case 'me':
      console.log(await session.http.get('me').text())
      break
    case 'logout':
      await session.revokeToken()
      break
    default:
      console.error('node cli.ts login | me | logout')
      process.exitCode = 1
  }
}

/** Reads one environment variable; all of them have to be set. */
function env(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`Set the environment variable ${name}.`)
  return value
}
