import { explain } from '../error/explain.js'
import type { Decryption } from '../jose/decryption.js'
import { isCompactJwe } from '../jose/jwe.js'
import type { JwtRefusal } from './jwt-refusal.js'

/** What was agreed about the encryption of a JWT. */
export interface EncryptionExpectation {
  readonly decryption: Decryption | undefined
  /** The key management algorithm that the client is registered for; any that the keys take when absent. */
  readonly alg?: string | undefined
  /** Whether a JWT that is not encrypted is refused. */
  readonly isRequired: boolean
  readonly refusal: JwtRefusal
}

const STEP_1 = 'OpenID Connect Core §3.1.3.7 step 1'

/**
 * The signed JWT in an encrypted one; one that is not encrypted is returned as it is, where that is allowed.
 *
 * @throws {@link ProtocolError} for encryption where none was agreed, none where it was, and what cannot be decrypted.
 * @see RFC 7519 §5.2, §7.2 https://www.rfc-editor.org/rfc/rfc7519#section-7.2
 */
export async function openJwt(compact: string, { decryption, alg, isRequired, refusal }: EncryptionExpectation): Promise<string> {
  if (!isCompactJwe(compact)) {
    if (!isRequired) return compact
    throw refusal(
      'ENC',
      explain &&
        'is not encrypted, and the option "decryption" says that it has to be: register the client for encryption at the provider, or leave the option out',
      STEP_1,
    )
  }
  if (decryption === undefined) {
    throw refusal(
      'ENC',
      explain &&
        'is encrypted, and nothing here decrypts it: give the option "decryption", jweDecryption({ keys }), or turn encryption off for this client at the provider (no …_encrypted_response_alg)',
      STEP_1,
    )
  }
  const opened = await decryption.decrypt(compact, alg)
  if ('refused' in opened) throw refusal('ENC', opened.refused, opened.reference)
  return opened.text
}
