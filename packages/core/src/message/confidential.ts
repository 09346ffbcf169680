import { formDecode, formEncode } from '../http/form.js'
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
  const spellings = [...new Set(hidden.flatMap((value) => [value, formEncoded(value), percentEncoded(value)]))]
    .filter((spelling) => spelling !== '')
    // A secret that contains another has to be tried first, or its remainder would stay.
    .sort((a, b) => b.length - a.length)
  if (spellings.length === 0) return (text) => text
  // In one pass: short secrets may occur in the words that stand for longer ones.
  const any = new RegExp(spellings.map(literally).join('|'), 'g')
  return (text) => text.replace(any, '[redacted]')
}

function confidential({ url, body = '', headers }: HttpRequest): Confidential {
  const query = url.includes('?') ? formDecode(url.slice(url.indexOf('?') + 1)) : []
  const parameters = [...query, ...formDecode(body)].filter(([name]) => !PUBLIC_PARAMETERS.has(name))
  const secrets = parameters.filter(([name]) => SECRET_PARAMETER.test(name)).map(([, value]) => value)
  const values = parameters.map(([, value]) => value)
  const [scheme, credentials] = headers['authorization']?.split(' ', 2) ?? []
  if (credentials === undefined) return { secrets, values }
  return { secrets: [...secrets, credentials, ...(scheme?.toLowerCase() === 'basic' ? basicSecret(credentials) : [])], values }
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

/** Half a surrogate pair has no such spelling. */
function percentEncoded(value: string): string {
  return /\p{Cs}/u.test(value) ? '' : encodeURIComponent(value)
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
