import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto'

/** A key pair for ES256: the private key as a file has it, the public one as a provider is told. */
export function keyPair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), jwk, publicKey }
}

/** What an assertion says. @throws where the key did not sign it. */
export function openAssertion(assertion: string, key: KeyObject): { readonly header: unknown; readonly claims: unknown } {
  const [header = '', claims = '', signature = ''] = assertion.split('.')
  const data = Buffer.from(`${header}.${claims}`)
  if (!verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) throw new Error('another key')
  const [one, two] = [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
  return { header: one, claims: two }
}
