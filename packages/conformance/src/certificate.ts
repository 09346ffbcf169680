import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key and a certificate for it, both PEM. */
export interface KeyAndCertificate {
  readonly key: string
  readonly cert: string
}

/** DER encodings of the object identifiers that are needed: RFC 5758 §3.2, RFC 5280 §4.2.1.6 and §A.1. */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex')
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')

/**
 * Makes a certificate for 127.0.0.1 that nobody trusts, valid for a day.
 *
 * Node can read certificates but not make them; this one needs nine fields, which is less than a dependency.
 *
 * @see RFC 5280 §4.1
 */
export function selfSigned(): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(ECDSA_WITH_SHA256)
  const name = sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from('untrusted.test')))))
  const subjectAltName = sequence(SUBJECT_ALT_NAME, tagged(0x04, sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])))))
  const certificate = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    sequence(time(-60), time(86_400)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(subjectAltName)),
  )
  const signature = sign('sha256', certificate, privateKey)
  const der = sequence(certificate, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

/** UTCTime, from now. */
function time(seconds: number): Buffer {
  const text = new Date(Date.now() + seconds * 1000).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${text}Z`))
}
