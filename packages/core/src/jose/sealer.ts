import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'
import type { Aead, AeadKey, Encrypted, Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { base64url, utf8Bytes } from './encoding.js'

/** Encrypts small texts that travel through a browser. */
export interface Sealer {
  /** Encrypts with the newest key: compact JWE, `dir` and `A256GCM`, with `kid`. */
  seal(text: string): Maybe<string>
  /** Decrypts with whichever key made it; `undefined` for anything else, never an error. */
  open(sealed: string): Maybe<string | undefined>
}

/** Shortest secret that is accepted, in bytes. */
const MIN_SECRET_BYTES = 32
const KEY_BYTES = 32
const KID_BYTES = 8
const IV_BYTES = 12
/** Initialisation vector, ciphertext and tag, each the one spelling of its bytes: but for the end of the ciphertext, of which {@link LAST} tells. */
const PARTS = /^([\w-]{16})\.([\w-]*)\.([\w-]{21}[AQgw])$/
/** The characters that leave no bits over at the end of base64url, by the length of its last group: a full group has none to leave, and one character alone is no byte (RFC 4648 §3.5). */
const LAST: readonly (string | undefined)[] = [undefined, '', 'AQgw', 'AEIMQUYcgkosw048']

interface SealingKey extends AeadKey {
  readonly kid: string
  /** How everything begins that it seals: the protected header, and no encrypted key. It names the key, so no header is ever parsed. */
  readonly prefix: string
}

/** A text that a key has sealed, by what it looks like. */
interface Sealed extends Encrypted {
  readonly key: SealingKey
}

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })

/** Checks secrets without deriving anything. @throws {@link UsageError} when one is too short to be a key. */
export function assertSecrets(secrets: readonly string[]): void {
  if (secrets.length === 0)
    throw new UsageError(explain && 'Option "secret" is missing. Use at least 32 random bytes, such as `openssl rand -base64 32`.')
  for (const secret of secrets) {
    if (typeof secret !== 'string' || utf8Bytes(secret).length < MIN_SECRET_BYTES) {
      throw new UsageError(
        explain &&
          `Option "secret" must have at least ${MIN_SECRET_BYTES} bytes; it has fewer. Make one with \`openssl rand -base64 32\` and keep it out of the code.`,
      )
    }
  }
}

/**
 * Makes a sealer for one purpose. Keys are derived by HKDF-SHA-256 with the purpose as `info`, so a text sealed for one purpose is never
 * opened for another. The first secret seals; all of them open.
 *
 * @see RFC 7516 §3.1 https://www.rfc-editor.org/rfc/rfc7516#section-3.1 and RFC 5869
 */
export async function createSealer(environment: Environment, secrets: readonly string[], purpose: string): Promise<Sealer> {
  assertSecrets(secrets)
  const keys = await Promise.all(secrets.map((secret) => deriveKey(secret, purpose)))
  const { aead } = environment
  return aead === undefined ? webCryptoSealer(keys) : aeadSealer(environment, aead, keys)
}

async function deriveKey(secret: string, purpose: string): Promise<SealingKey> {
  const material = await crypto.subtle.importKey('raw', utf8Bytes(secret) as Uint8Array<ArrayBuffer>, 'HKDF', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8Bytes(`oauth sealed ${purpose}`) as Uint8Array<ArrayBuffer> },
    material,
    (KEY_BYTES + KID_BYTES) * 8,
  )
  const bytes = new Uint8Array(bits)
  const kid = base64url(bytes.subarray(KEY_BYTES))
  const header = base64url(JSON.stringify(protectedHeader(kid)))
  return { key: bytes.slice(0, KEY_BYTES), kid, prefix: `${header}..`, additionalData: utf8Bytes(header) }
}

function protectedHeader(kid: string) {
  return { alg: 'dir', enc: 'A256GCM', kid } as const
}

/** Takes a text apart that is spelt as sealing spells it. Base64url has other spellings of the same bytes, and a text that was changed is not ours. */
function parseSealed(text: string, keys: readonly SealingKey[]): Sealed | undefined {
  const key = keys.find(({ prefix }) => text.startsWith(prefix))
  const [, iv, ciphertext, tag] = (key && PARTS.exec(text.slice(key.prefix.length))) ?? []
  if (key === undefined || iv === undefined || ciphertext === undefined || tag === undefined) return undefined
  const last = LAST[ciphertext.length % 4]
  return last === undefined || last.includes(ciphertext.slice(-1)) ? { key, iv, ciphertext, tag } : undefined
}

function aeadSealer({ randomBytes }: Environment, aead: Aead, keys: readonly SealingKey[]): Sealer {
  const newest = keys[0] as SealingKey
  return {
    seal(text) {
      const { iv, ciphertext, tag } = aead.seal(text, randomBytes(IV_BYTES), newest)
      return `${newest.prefix}${iv}.${ciphertext}.${tag}`
    },
    open(text) {
      const sealed = parseSealed(text, keys)
      return sealed && aead.open(sealed, sealed.key)
    },
  }
}

function webCryptoSealer(keys: readonly SealingKey[]): Sealer {
  const newest = keys[0] as SealingKey
  return {
    seal: (text) => new CompactEncrypt(utf8Bytes(text)).setProtectedHeader(protectedHeader(newest.kid)).encrypt(newest.key),
    async open(text) {
      const sealed = parseSealed(text, keys)
      if (sealed === undefined) return undefined
      try {
        const { plaintext } = await compactDecrypt(text, sealed.key.key)
        return utf8.decode(plaintext)
      } catch {
        return undefined
      }
    },
  }
}
