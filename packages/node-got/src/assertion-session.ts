import { readFileSync } from 'node:fs'
import {
  assertKeyFilePath,
  type AssertionSessionOptions as CoreOptions,
  AssertionSession as CoreSession,
  type ServiceAccount,
  serviceAccountOptions,
} from '@oauth/core/session'
import type { Got } from 'got'
import { gotClient } from './got-client.js'

/** Options of {@link AssertionSession}. */
export interface AssertionSessionOptions extends CoreOptions {
  /** The instance to build on: its options and hooks stay, and its `prefixUrl` says where the token goes. */
  readonly http?: Got | undefined
}

/** Options of a service account's session, beside what its key file says: above all its `scope`, or the `subject` it acts for. */
export type ServiceAccountSessionOptions = Partial<AssertionSessionOptions>

/**
 * A session on got for a service account: its tokens are got for assertions that it signs itself (RFC 7523).
 *
 * @example
 * const session = AssertionSession.fromServiceAccountFile('key.json', { scope: 'https://www.googleapis.com/auth/drive.readonly' })
 * const files = await session.http.get('https://www.googleapis.com/drive/v3/files').json()
 */
export class AssertionSession extends CoreSession<Got> {
  /** @throws {@link UsageError} for unknown, missing or contradictory options, and for a key that cannot sign. */
  constructor(options: AssertionSessionOptions) {
    // What has no members is refused by the check of the options.
    const { http }: AssertionSessionOptions = Object(options)
    super(options, gotClient(http), { options: ['http'] })
  }

  /** A session for a service account whose key file, or the text of it, is at hand. @throws {@link UsageError} for another kind of file. */
  static fromServiceAccount(account: ServiceAccount | string, options: ServiceAccountSessionOptions = {}): AssertionSession {
    return new AssertionSession({ ...serviceAccountOptions(account), ...options })
  }

  /** The same for a key file at a path. Reads it at once. @throws what the file system says of a file that cannot be read. */
  static fromServiceAccountFile(path: string | URL, options: ServiceAccountSessionOptions = {}): AssertionSession {
    assertKeyFilePath(path)
    return AssertionSession.fromServiceAccount(readFileSync(path, 'utf8'), options)
  }

  /** Another got instance, with this session's token on its requests. */
  extend(instance: Got): Got {
    const { authorised, baseUrl } = gotClient(instance)
    return authorised(this.authoriser(baseUrl))
  }
}
