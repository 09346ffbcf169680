import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, constants as rsa, sign } from 'node:crypto'

export type SignerAlg = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'HS256'

export interface SignerJwk {
  readonly kty: string
  readonly kid: string
  readonly alg: SignerAlg
  readonly use: 'sig'
  readonly [member: string]: string
}

export interface SignerOptions {
  readonly alg: SignerAlg
  readonly kid?: string
  /** HS256 only: the key is the UTF-8 text, as OpenID Connect takes a client secret. Default: random. */
  readonly secret?: string
}

export interface Signer {
  readonly alg: SignerAlg
  readonly kid: string
  /** The public key. For HS256 there is none: only `kty`, `kid`, `alg` and `use`. */
  readonly jwk: SignerJwk
  /** HS256 only, otherwise `''`. */
  readonly secret: string
  /** A compact JWS. `header` goes over `{ alg, typ, kid }` unchecked; `undefined` takes a member away. */
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): string
  /** `alg: none` and an empty signature. */
  unsigned(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): string
  /** Signs exactly this JSON text: duplicate members, odd white space, no JSON at all. */
  raw(headerJson: string, payloadJson: string): string
}

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

function privateKey(alg: Exclude<SignerAlg, 'HS256'>): KeyObject {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519').privateKey
  if (alg === 'RS256' || alg === 'PS256') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  return generateKeyPairSync('ec', { namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg] }).privateKey
}

function signature(alg: SignerAlg, key: KeyObject | string, input: string): Buffer {
  const data = Buffer.from(input, 'utf8')
  if (typeof key === 'string') return createHmac('sha256', key).update(data).digest()
  if (alg === 'EdDSA') return sign(null, data, key)
  if (alg === 'PS256') return sign('sha256', data, { key, padding: rsa.RSA_PKCS1_PSS_PADDING, saltLength: rsa.RSA_PSS_SALTLEN_DIGEST })
  // JWS wants r and s side by side, not in DER; RSA does not look at it.
  return sign(`sha${alg.slice(2)}`, data, { key, dsaEncoding: 'ieee-p1363' })
}

/**
 * Makes signed tokens, right ones and wrong ones. By node:crypto and not by a JWT library, because a library refuses
 * to make what a client has to be tested against: a header that lies about its algorithm, members given twice.
 */
export function createSigner({ alg, kid = `${alg.toLowerCase()}-${randomBytes(6).toString('hex')}`, secret }: SignerOptions): Signer {
  const key = alg === 'HS256' ? (secret ?? randomBytes(32).toString('base64url')) : privateKey(alg)
  const shape = { kid, alg, use: 'sig' } as const
  const jwk: SignerJwk = typeof key === 'string' ? { kty: 'oct', ...shape } : { kty: '', ...publicMembers(key), ...shape }
  const raw = (headerJson: string, payloadJson: string): string => {
    const input = `${base64url(headerJson)}.${base64url(payloadJson)}`
    return `${input}.${signature(alg, key, input).toString('base64url')}`
  }
  return {
    alg,
    kid,
    jwk,
    secret: typeof key === 'string' ? key : '',
    sign: (claims, header) => raw(JSON.stringify({ alg, typ: 'JWT', kid, ...header }), JSON.stringify(claims)),
    unsigned: (claims, header) =>
      `${base64url(JSON.stringify({ alg: 'none', typ: 'JWT', ...header }))}.${base64url(JSON.stringify(claims))}.`,
    raw,
  }
}

function publicMembers(key: KeyObject): Record<string, string> {
  const { kty = '', crv, x, y, n, e } = key.export({ format: 'jwk' })
  return Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
