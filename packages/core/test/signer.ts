import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** Algorithms that the fixture can sign with. */
export type SignerAlg = `${'RS' | 'PS'}${256 | 384 | 512}` | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'

type Members = Readonly<Record<string, unknown>>

/** A key pair that makes right and wrong ID tokens. */
export interface Signer {
  readonly jwk: {
    readonly kty: string
    readonly kid: string
    readonly alg: string
    readonly use: string
    readonly [member: string]: string
  }
  /** A compact JWS. `header` goes over `{ alg, kid }` unchecked; `undefined` takes a member away. */
  sign(claims: Members, header?: Members): string
  /** Signs exactly these texts, JSON or not. */
  raw(header: string, payload: string): string
}

export interface SignerOptions {
  readonly kid?: string
  /** RSA only. */
  readonly modulusLength?: number
  /** ECDSA only: `der` is what JWS forbids. */
  readonly dsaEncoding?: 'ieee-p1363' | 'der'
}

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const

/** Signs with node:crypto: a JWT library refuses to make what a client has to be tested against. */
export function createSigner(alg: SignerAlg, { kid = alg, modulusLength = 2048, dsaEncoding = 'ieee-p1363' }: SignerOptions = {}): Signer {
  const { privateKey, publicKey } = keyPair(alg, modulusLength)
  const raw = (header: string, payload: string) => compact(header, payload, (data) => signature(alg, privateKey, dsaEncoding, data))
  return {
    jwk: { kty: '', ...(publicKey.export({ format: 'jwk' }) as Record<string, string>), kid, alg, use: 'sig' },
    raw,
    sign: (claims, header) => raw(JSON.stringify({ alg, kid, ...header }), JSON.stringify(claims)),
  }
}

/** A token under `HS256`, keyed with any bytes. */
export function signHs256(key: string | Uint8Array, claims: Members, header: Members = {}): string {
  return signHmac('HS256', key, { claims, header })
}

/** A token under any `HS*`. */
export function signHmac(alg: string, key: string | Uint8Array, { claims, header = {} }: { claims: Members; header?: Members }): string {
  return compact(JSON.stringify({ alg, ...header }), JSON.stringify(claims), (data) =>
    createHmac(`sha${alg.slice(2)}`, key)
      .update(data)
      .digest(),
  )
}

/** A token with an empty signature and whatever header is given. */
export function unsigned(claims: Members, header: Members = { alg: 'none' }): string {
  return compact(JSON.stringify(header), JSON.stringify(claims), () => Buffer.alloc(0))
}

function compact(header: string, payload: string, signed: (data: Buffer) => Buffer): string {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
  return `${input}.${signed(Buffer.from(input)).toString('base64url')}`
}

function keyPair(alg: SignerAlg, modulusLength: number): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  if (alg === 'ES256' || alg === 'ES384' || alg === 'ES512') return generateKeyPairSync('ec', { namedCurve: CURVES[alg] })
  return generateKeyPairSync('rsa', { modulusLength })
}

function signature(alg: SignerAlg, key: KeyObject, dsaEncoding: 'ieee-p1363' | 'der', data: Buffer): Buffer {
  if (alg === 'EdDSA') return sign(null, data, key)
  if (alg.startsWith('PS'))
    return sign(`sha${alg.slice(2)}`, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
  return sign(`sha${alg.slice(2)}`, data, { key, dsaEncoding })
}
