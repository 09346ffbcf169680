import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { isJsonObject, type Json, parseJson } from '../http/json.js'
import type { AssertionSessionOptions } from './assertion-options.js'

/** The key file of a service account, as Google writes it: the members that are read. */
export interface ServiceAccount {
  readonly type?: 'service_account' | undefined
  readonly client_email: string
  readonly private_key: string
  readonly private_key_id?: string | undefined
  readonly token_uri?: string | undefined
}

/** Where Google's accounts get their tokens, for files that do not say so. */
const TOKEN_URI = 'https://oauth2.googleapis.com/token'

/**
 * The options of an assertion session that a service account's key file holds. The scope goes into the claims, where Google looks for it.
 *
 * @param account the file's text, or what it says.
 * @throws {@link UsageError} for another kind of file. Nothing of it is in the message.
 */
export function serviceAccountOptions(
  account: ServiceAccount | string,
): Pick<AssertionSessionOptions, 'tokenEndpoint' | 'issuer' | 'key' | 'kid' | 'alg' | 'scopePlacement'> {
  const { type, client_email, private_key, private_key_id, token_uri = TOKEN_URI } = parsed(account)
  if (type !== undefined && type !== 'service_account') {
    throw new UsageError(
      explain && 'The key file is not that of a service account: its "type" is another. Download the key of a service account, as JSON.',
    )
  }
  for (const [name, value] of Object.entries({ client_email, private_key, token_uri })) {
    if (typeof value !== 'string' || value === '')
      throw new UsageError(explain && `The key file has no "${name}". Download the key of the service account again, as JSON.`)
  }
  return {
    tokenEndpoint: token_uri as string,
    issuer: client_email as string,
    key: private_key as string,
    alg: 'RS256',
    scopePlacement: 'claims',
    ...(typeof private_key_id === 'string' ? { kid: private_key_id } : {}),
  }
}

/**
 * Refuses a key that stands where the path of its file belongs: the file system's error would repeat it.
 *
 * @throws {@link UsageError} Nothing of it is in the message.
 */
export function assertKeyFilePath(path: string | URL): void {
  if (path instanceof URL || (typeof path === 'string' && !/[{\n]/.test(path))) return
  throw new UsageError(
    explain && 'fromServiceAccountFile takes the path of a key file. Give its text, or what it says, to fromServiceAccount.',
  )
}

function parsed(account: ServiceAccount | string): Readonly<Record<string, unknown>> {
  const value: unknown = typeof account === 'string' ? json(account) : account
  if (isJsonObject(value as Json)) return value as Readonly<Record<string, unknown>>
  throw new UsageError(explain && 'The key file of the service account is not a JSON object. Give its text, or what JSON.parse made of it.')
}

function json(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
