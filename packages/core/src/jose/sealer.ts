import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'
import type { Aead, Environment, Maybe } from '../environment.js'
import { explain } from '../error/explain.js'
import { UsageError } from '../error/usage-error.js'
import { base64url, base64urlBytes, utf8Bytes } from './encoding.js'

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
const TAG_BYTES = 16
/** The characters that leave no bits over at the end of base64url, by the length of its last group; a full group has none to leave (RFC 4648 §3.5). */
const LAST: readonly (string | undefined)[] = [undefined, undefined, 'AQgw', 'AEIMQUYcgkosw048']

interface SealingKey {
  readonly key: Uint8Array
  /** The protected header as it stands in the JWE; it also names the key, so no header is ever parsed. */
  readonly header: string
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
  return { key: bytes.slice(0, KEY_BYTES), header: base64url(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid })) }
}

/** Initialisation vector, ciphertext and tag; more parts than these make it another text, so one more is kept. */
function partsAfter({ header }: SealingKey, text: string): readonly string[] {
  return text.slice(header.length + 2).split('.', 4)
}

/** Decodes the one spelling of some bytes: base64url ignores bits of a last character, and a sealed text that was changed is not ours. */
function canonicalBytes(text: string): Uint8Array | undefined {
  const last = LAST[text.length % 4]
  // To encode the bytes again and compare would take a quarter of what opening takes.
  return last === undefined || last.includes(text.slice(-1)) ? base64urlBytes(text) : undefined
}

function aeadSealer({ randomBytes }: Environment, aead: Aead, keys: readonly SealingKey[]): Sealer {
  const [newest] = keys
  return {
    seal(text) {
      const { key, header } = newest as SealingKey
      const iv = randomBytes(IV_BYTES)
      const { sealed, tag } = aead.seal(key, iv, utf8Bytes(text), utf8Bytes(header))
      return `${header}..${base64url(iv)}.${base64url(sealed)}.${base64url(tag)}`
    },
    open(text) {
      const known = keys.find(({ header }) => text.startsWith(`${header}..`))
      if (known === undefined) return undefined
      const parts = partsAfter(known, text)
      const [iv, sealed, tag] = parts.map(canonicalBytes)
      if (parts.length !== 3 || iv?.length !== IV_BYTES || sealed === undefined || tag?.length !== TAG_BYTES) return undefined
      const plaintext = aead.open(known.key, iv, sealed, tag, utf8Bytes(known.header))
      return plaintext && utf8.decode(plaintext)
    },
  }
}

function webCryptoSealer(keys: readonly SealingKey[]): Sealer {
  const [newest] = keys
  return {
    seal(text) {
      const { key, header } = newest as SealingKey
      const parameters = JSON.parse(utf8.decode(base64urlBytes(header))) as { alg: 'dir'; enc: 'A256GCM'; kid: string }
      return new CompactEncrypt(utf8Bytes(text)).setProtectedHeader(parameters).encrypt(key)
    },
    async open(text) {
      const known = keys.find(({ header }) => text.startsWith(`${header}..`))
      if (known === undefined || !partsAfter(known, text).every((part) => canonicalBytes(part) !== undefined)) return undefined
      try {
        const { plaintext } = await compactDecrypt(text, known.key)
        return utf8.decode(plaintext)
      } catch {
        return undefined
      }
    },
  }
}
