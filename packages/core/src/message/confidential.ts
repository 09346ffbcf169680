import { formDecode, formEncodeText } from '../http/form.js'
import type { HttpRequest } from '../http/http-request.js'
import { base64Text } from '../jose/encoding.js'

/** Values of other parameters that are shorter than this are words of the protocol, not secrets. */
const SHORTEST_SECRET = 8

/** Parameters that are secret however short: people choose passwords and, in tests, secrets. `refresh_token` is one, `token_type_hint` none. */
const SECRET_PARAMETER = /(password|secret|assertion|code|verifier|token)$/

/** Parameters whose values are public words, worth reading in an error text. */
const PUBLIC_PARAMETERS: ReadonlySet<string> = new Set([
  'grant_type',
  'scope',
  'redirect_uri',
  'resource',
  'audience',
  'client_id',
  'client_assertion_type',
  'token_type_hint',
])

/** What must not be shown: secrets of any length, and values that may be secrets if they are long enough. */
interface Confidential {
  readonly secrets: readonly string[]
  readonly values?: readonly string[]
}

/**
 * Makes a function that cuts out of a server's text what the request sent in confidence, in case the server echoes it: as it is, and as it
 * was encoded to be sent.
 */
export function redaction(request: HttpRequest): (text: string) => string {
  return redactor(confidential(request))
}

/** Makes a function that cuts values out of a text, as they are and as a URL or a form spells them. */
export function redactor({ secrets, values = [] }: Confidential): (text: string) => string {
  const hidden = [...secrets, ...values.filter(({ length }) => length >= SHORTEST_SECRET)]
  const spellings = [...new Set(hidden.flatMap((value) => [value, formEncodeText(value), percentEncoded(value)]))]
    .filter((spelling) => spelling !== '')
    // A secret that contains another has to be tried first, or its remainder would stay.
    .sort((a, b) => b.length - a.length)
  if (spellings.length === 0) return (text) => text
  // In one pass: short secrets may occur in the words that stand for longer ones.
  const any = new RegExp(spellings.map(literally).join('|'), 'g')
  return (text) => text.replace(any, '[redacted]')
}

function confidential({ url, body = '', headers }: HttpRequest): Confidential {
  const query = url.replace(/^[^?]*/, '')
  const parameters = [...formDecode(query), ...formDecode(body)].filter(([name]) => !PUBLIC_PARAMETERS.has(name))
  const secrets = parameters.filter(([name]) => SECRET_PARAMETER.test(name)).map(([, value]) => value)
  return { secrets: [...secrets, ...credentials(headers['authorization'])], values: parameters.map(([, value]) => value) }
}

/** What an `Authorization` header holds; of HTTP Basic also the secret: as it stands there, and without the form encoding of RFC 6749 §2.3.1. */
function credentials(authorization = ''): readonly string[] {
  const [scheme = '', value = ''] = authorization.split(' ', 2)
  const text = scheme.toLowerCase() === 'basic' && base64Text(value)
  if (!text) return [value]
  const secret = text.slice(text.indexOf(':') + 1)
  return [value, secret, ...formDecode(`=${secret.replaceAll('&', '%26')}`).map(([, decoded]) => decoded)]
}

/** Half a surrogate pair has no such spelling. */
function percentEncoded(value: string): string {
  return /\p{Cs}/u.test(value) ? '' : encodeURIComponent(value)
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
