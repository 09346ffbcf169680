import { UsageError } from '@oauth/core/adapter'
import {
  assertKeyFilePath,
  type AssertionSessionOptions as CoreOptions,
  AssertionSession as CoreSession,
  type ServiceAccount,
  serviceAccountOptions,
} from '@oauth/core/session'
import type { KyInstance } from 'ky'
import { kyClient } from './ky-client.js'

/** Options of {@link AssertionSession}. */
export interface AssertionSessionOptions extends CoreOptions {
  /** The instance to build on: its options and hooks stay, and its `prefix` or `baseUrl` says where the token goes. */
  readonly http?: KyInstance | undefined
}

/** Options of a service account's session, beside what its key file says: above all its `scope`, or the `subject` it acts for. */
export type ServiceAccountSessionOptions = Partial<AssertionSessionOptions>

/**
 * A session on ky for a service account: its tokens are got for assertions that it signs itself (RFC 7523).
 *
 * @example
 * const session = AssertionSession.fromServiceAccount(keyFile, { scope: 'https://www.googleapis.com/auth/drive.readonly' })
 * const files = await session.http.get('https://www.googleapis.com/drive/v3/files').json()
 */
export class AssertionSession extends CoreSession<KyInstance> {
  /** @throws {@link UsageError} for unknown, missing or contradictory options, and for a key that cannot sign. */
  constructor(options: AssertionSessionOptions) {
    // What has no members is refused by the check of the options.
    const { http }: AssertionSessionOptions = Object(options)
    super(options, kyClient(http), { options: ['http'] })
  }

  /** A session for a service account whose key file, or the text of it, is at hand. @throws {@link UsageError} for another kind of file. */
  static fromServiceAccount(account: ServiceAccount | string, options: ServiceAccountSessionOptions = {}): AssertionSession {
    return new AssertionSession({ ...serviceAccountOptions(account), ...options })
  }

  /**
   * The same for a key file at a path, on platforms with files: Node, Deno, Bun. Reads it at once.
   *
   * @throws {@link UsageError} where there are none. @throws what the file system says of a file that cannot be read.
   */
  static fromServiceAccountFile(path: string | URL, options: ServiceAccountSessionOptions = {}): AssertionSession {
    assertKeyFilePath(path)
    return AssertionSession.fromServiceAccount(fileSystem().readFileSync(path, 'utf8'), options)
  }

  /** Another ky instance, with this session's token on its requests. */
  extend(instance: KyInstance): KyInstance {
    const { authorised, baseUrl } = kyClient(instance)
    return authorised(this.authoriser(baseUrl))
  }
}

interface FileSystem {
  readFileSync(path: string | URL, encoding: 'utf8'): string
}

/** Found at run time, so that bundlers meet no `node:` import. */
function fileSystem(): FileSystem {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): FileSystem | undefined } }
  const found = process?.getBuiltinModule?.('node:fs')
  if (found !== undefined) return found
  throw new UsageError(
    'AssertionSession.fromServiceAccountFile: there are no files here. Get the key file otherwise, and give it to fromServiceAccount.',
  )
}
