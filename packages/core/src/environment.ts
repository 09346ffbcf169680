/** Result of something that may be known at once; callers that can stay synchronous do. */
export type Maybe<T> = T | Promise<T>

/** Hash functions that signatures and half hashes of the standards use. */
export type DigestAlgorithm = 'SHA-256' | 'SHA-384' | 'SHA-512'

/** A key of A256GCM, and what it authenticates beside the text. */
export interface AeadKey {
  readonly key: Uint8Array
  readonly additionalData: Uint8Array
}

/** What A256GCM makes of a text: initialisation vector, ciphertext and tag in base64url, as they stand in a JWE. */
export interface Encrypted {
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

/** A256GCM of texts (RFC 7518 §5.3), in one synchronous call each. */
export interface Aead {
  /** `iv` has 12 bytes, and is never the same twice for a key. */
  seal(text: string, iv: Uint8Array, key: AeadKey): Encrypted
  /** Returns `undefined` when the tag does not match. Whoever calls has checked that it is base64url, of as many bytes as there have to be. */
  open(encrypted: Encrypted, key: AeadKey): string | undefined
}

/**
 * Something worth telling an operator. Carries hashes of tokens, never tokens.
 *
 * - `refreshed`: a token was renewed and stored; `refresh-failed`: it was not, and is kept;
 * - `waiting`: another process is renewing it;
 * - `ended`: it cannot be renewed any more, or was deleted meanwhile;
 * - `persist-failed`: it was renewed and could not be stored yet;
 * - `logout-failed`: a provider told that a session has ended there, and was not believed, or it could not be written down; or
 *   it could not be told of a logout here, nor be given its tokens back. `detail` is the error's code;
 * - `quirk`: a server was not as the standards say.
 */
export interface OAuthEvent {
  readonly type: 'refreshed' | 'refresh-failed' | 'waiting' | 'ended' | 'persist-failed' | 'logout-failed' | 'quirk'
  /** The token's name in the store. */
  readonly key?: string
  /** Of the access token: half of its SHA-256, base64url. */
  readonly tokenHash?: string
  /** Of type `ended`: why, as the `reason` of `RefreshError`, such as `invalid_grant` or `refresh_answer_lost`. */
  readonly reason?: string
  /** Of type `quirk`: the name of the quirk that has changed something; `detail` is its reason. */
  readonly quirk?: string
  readonly detail?: string
}

/** Everything the core would otherwise take from globals: time, randomness, and the platform's faster cryptography where it has one. */
export interface Environment {
  /** Seconds since the epoch. */
  now(): number
  /** Milliseconds from an arbitrary start, never going back. */
  monotonic(): number
  /** `n` bytes from a cryptographically secure generator. */
  randomBytes(n: number): Uint8Array
  /** Resolves after `ms` milliseconds or rejects when aborted. Only the session layer waits. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Synchronous hash, where the platform has one; WebCrypto is used otherwise. */
  digest?(algorithm: DigestAlgorithm, data: Uint8Array): Uint8Array
  /** Synchronous A256GCM, where the platform has one; `jose` on WebCrypto is used otherwise. */
  aead?: Aead
  /** Receives events, for logs and metrics. Node's default publishes them on the `diagnostics_channel` named `oauth:` and the type. */
  emit?(event: OAuthEvent): void
  /**
   * Token endpoints that asked to be left alone, each with the milliseconds of `monotonic` until which. The default environments of a process have one in
   * common; without it, each store's sessions know of what they were told themselves.
   */
  readonly pauses?: Map<string, number>
}

/** Something that the operator of a process is told in so many words, once. */
export interface OperatorWarning {
  readonly code: `OAUTH_${string}`
  readonly message: string
}

/** The way to the operator of a process. */
export interface Operator {
  readonly isInProduction: boolean
  warn(warning: OperatorWarning): void
}

/** The part of Node's process that is used when the platform has it. */
interface NodeProcess {
  readonly env?: Readonly<Record<string, string | undefined>>
  getBuiltinModule?(name: string): unknown
  emitWarning?(message: string, options: { readonly type: string; readonly code: string }): void
}

/** The part of Node's crypto module that is used when the platform has it. */
interface NodeCrypto {
  hash?(algorithm: string, data: Uint8Array, encoding: 'latin1'): string
  createSecretKey(key: Uint8Array): object
  createCipheriv(algorithm: 'aes-256-gcm', key: object, iv: Uint8Array): NodeCipher
  createDecipheriv(algorithm: 'aes-256-gcm', key: object, iv: Uint8Array, options: { authTagLength: number }): NodeDecipher
}
interface NodeCipher {
  setAAD(data: Uint8Array): void
  update(data: string, encoding: 'utf8' | 'base64url'): NodeBuffer
  final(): Uint8Array
  getAuthTag(): NodeBuffer
}
interface NodeDecipher extends Omit<NodeCipher, 'getAuthTag'> {
  setAuthTag(tag: Uint8Array): void
}
interface NodeBuffer extends Uint8Array {
  toString(encoding?: 'utf8' | 'base64url'): string
}

/** The part of Node's buffer module that is used when the platform has it: it turns bytes to text in a tenth of the time. */
interface NodeBuffers {
  readonly Buffer: { from(text: string, encoding: 'base64url'): NodeBuffer; from(bytes: Uint8Array): NodeBuffer }
}

/** The part of Node's diagnostics_channel module that is used when the platform has it. */
interface NodeChannels {
  channel(name: string): { publish(message: unknown): void }
}

/** A name in the process, for this form of what is kept under it: copies of this library, as bundlers make them, find the same. */
const PAUSES = Symbol.for('@oauth/core pauses 1')

/** Such a name too: there are the warnings that its operator was given. */
const WARNINGS = Symbol.for('@oauth/core warnings 1')

const NODE_HASH: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' }

/**
 * The platform's clock, timers and cryptography. Works on Node, Deno, Bun, workerd and in browsers.
 *
 * Node's synchronous crypto and its channels are found at run time, so that bundlers meet no `node:` import.
 */
export function defaultEnvironment(): Environment {
  const node = builtin<NodeCrypto>('node:crypto')
  const buffers = builtin<NodeBuffers>('node:buffer')
  const channels = builtin<NodeChannels>('node:diagnostics_channel')
  return {
    now: () => Date.now() / 1000,
    monotonic: () => performance.now(),
    randomBytes: (n) => crypto.getRandomValues(new Uint8Array(n)),
    sleep,
    pauses: processWidePauses(),
    ...(node?.hash === undefined ? {} : { digest: nodeDigest(node.hash) }),
    ...(node === undefined || buffers === undefined ? {} : { aead: nodeAead(node, buffers) }),
    ...(channels === undefined ? {} : { emit: publishTo(channels) }),
  }
}

/** Node's warnings of a process. Where there are none, as in browsers, nothing is in production and nothing is said. */
export function defaultOperator(): Operator {
  const process = nodeProcess()
  return {
    isInProduction: process?.env?.['NODE_ENV'] === 'production',
    warn({ code, message }) {
      try {
        process?.emitWarning?.(message, { type: 'OAuthWarning', code })
      } catch {
        // Next's edge runtime has all functions of Node's `process`, and each throws.
      }
    },
  }
}

/** Messages that the operator of this process was given, by whatever copy of this library. */
export function processWideWarnings(): Set<string> {
  const holder: typeof globalThis & { [WARNINGS]?: Set<string> } = globalThis
  holder[WARNINGS] ??= new Set()
  return holder[WARNINGS]
}

function processWidePauses(): Map<string, number> {
  const holder: typeof globalThis & { [PAUSES]?: Map<string, number> } = globalThis
  holder[PAUSES] ??= new Map()
  return holder[PAUSES]
}

function builtin<T>(name: string): T | undefined {
  try {
    return nodeProcess()?.getBuiltinModule?.(name) as T | undefined
  } catch {
    // As in `defaultOperator`.
    return undefined
  }
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { readonly process?: NodeProcess }).process
}

function publishTo({ channel }: NodeChannels): NonNullable<Environment['emit']> {
  return (event) => channel(`oauth:${event.type}`).publish(event)
}

function nodeDigest(hash: NonNullable<NodeCrypto['hash']>): NonNullable<Environment['digest']> {
  return (algorithm, data) => {
    // As a text it comes in a third of the time that a buffer takes.
    const text = hash(NODE_HASH[algorithm], data, 'latin1')
    const bytes = new Uint8Array(text.length)
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
    return bytes
  }
}

/** A shorter tag is none. */
const TAG = { authTagLength: 16 }

function nodeAead({ createSecretKey, createCipheriv, createDecipheriv }: NodeCrypto, { Buffer }: NodeBuffers): Aead {
  /** Bytes are made a key anew at each call, which takes longer than all the rest. */
  const keys = new WeakMap<Uint8Array, object>()

  function keyOf(bytes: Uint8Array): object {
    const known = keys.get(bytes)
    if (known !== undefined) return known
    const key = createSecretKey(bytes)
    keys.set(bytes, key)
    return key
  }

  return {
    seal(text, iv, { key, additionalData }) {
      const cipher = createCipheriv('aes-256-gcm', keyOf(key), iv)
      cipher.setAAD(additionalData)
      // GCM is a stream mode: `final` adds nothing to what `update` returned.
      const ciphertext = cipher.update(text, 'utf8').toString('base64url')
      cipher.final()
      return { iv: Buffer.from(iv).toString('base64url'), ciphertext, tag: cipher.getAuthTag().toString('base64url') }
    },
    open({ iv, ciphertext, tag }, { key, additionalData }) {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(key), Buffer.from(iv, 'base64url'), TAG)
      decipher.setAAD(additionalData)
      decipher.setAuthTag(Buffer.from(tag, 'base64url'))
      const text = decipher.update(ciphertext, 'base64url')
      try {
        decipher.final()
      } catch {
        return undefined
      }
      return text.toString('utf8')
    },
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}
