import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'

/** What environment variables say of a client. */
export interface EnvironmentOptions {
  readonly clientId: string
  readonly clientSecret?: string
  readonly issuer?: string
  readonly scope?: string
}

/**
 * Options of a session or a provider from environment variables: of `my-app`, `MY_APP_CLIENT_ID`, `MY_APP_CLIENT_SECRET`, `MY_APP_ISSUER` and
 * `MY_APP_SCOPE`. One that is empty counts as unset. What is written after them wins: `{ ...fromEnvironment('github', process.env), scope }`.
 *
 * @throws {@link UsageError} naming the variable of the client id, when it is not set; and for variables that are not given.
 */
export function fromEnvironment(name: string, env: Readonly<Record<string, string | undefined>>): EnvironmentOptions {
  if (typeof name !== 'string' || typeof env !== 'object' || env === null)
    throw new UsageError(explain && 'fromEnvironment takes a name and the variables: fromEnvironment("github", process.env).')
  const prefix = name.toUpperCase().replaceAll('-', '_')
  const read = (member: string) => env[`${prefix}_${member}`] || undefined
  const clientId = read('CLIENT_ID')
  const clientSecret = read('CLIENT_SECRET')
  const issuer = read('ISSUER')
  const scope = read('SCOPE')
  if (clientId === undefined)
    throw new UsageError(explain && `The environment variable ${prefix}_CLIENT_ID is not set: it is to be the client id for "${name}".`)
  return {
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(scope === undefined ? {} : { scope }),
  }
}
