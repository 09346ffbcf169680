import { formDecode, formEncode } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import { base64Text } from '../jose/encoding.js'

/** Values shorter than this are words of the protocol, not secrets. */
const SHORTEST_SECRET = 8

/** Parameters whose values are public words, worth reading in an error text. */
const PUBLIC_PARAMETERS: ReadonlySet<string> = new Set([
  'grant_type',
  'scope',
  'redirect_uri',
  'resource',
  'audience',
  'client_id',
  'token_type_hint',
])

/**
 * Makes a function that cuts out of a server's text what the request sent in confidence, in case the server echoes it: as it is, and as it
 * was encoded to be sent.
 */
export function redaction(request: HttpRequest): (text: string) => string {
  const secrets = [...new Set(confidential(request).flatMap((value) => [value, formEncoded(value), encodeURIComponent(value)]))]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    // A secret that contains another has to go first, or its remainder would stay.
    .sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}

function confidential({ url, body = '', headers }: HttpRequest): readonly string[] {
  const query = url.includes('?') ? formDecode(url.slice(url.indexOf('?') + 1)) : []
  const values = [...query, ...formDecode(body)].filter(([name]) => !PUBLIC_PARAMETERS.has(name)).map(([, value]) => value)
  const [scheme, credentials] = headers['authorization']?.split(' ', 2) ?? []
  if (credentials === undefined) return values
  return [...values, credentials, ...(scheme?.toLowerCase() === 'basic' ? basicSecret(credentials) : [])]
}

/** The secret in HTTP Basic credentials: as it stands there, and without the form encoding of RFC 6749 §2.3.1. */
function basicSecret(credentials: string): readonly string[] {
  const text = base64Text(credentials)
  if (text === undefined || !text.includes(':')) return []
  const secret = text.slice(text.indexOf(':') + 1)
  return [secret, formDecode(`=${secret.replaceAll('&', '%26')}`)[0]?.[1] ?? secret]
}

function formEncoded(value: string): string {
  return formEncode([['', value]]).slice(1)
}
