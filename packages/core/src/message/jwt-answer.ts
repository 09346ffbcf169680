import { explain } from '../error/explain.js'
import type { HttpResponse } from '../http/http-response.js'
import { isJwt } from '../http/media-type.js'
import { maybeJsonObject } from '../http/read-json.js'
import type { JwtRefusal } from './jwt-refusal.js'

/** What a client is registered for at an endpoint that answers in JSON or by a JWT. */
export interface AnswerRegistration {
  readonly signed: string | undefined
  readonly encrypted: string | undefined
  readonly refusal: JwtRefusal
}

const ascii = /* @__PURE__ */ new TextDecoder()

/**
 * The JWT that a successful answer consists of, signed or encrypted; `undefined` when it is plain JSON, where that is allowed. Nothing of the
 * JWT is verified yet. JSON that is only called a JWT is JSON.
 *
 * @throws {@link ProtocolError} for plain JSON where a JWT was agreed.
 */
export function jwtAnswer(response: HttpResponse, { signed, encrypted, refusal }: AnswerRegistration): string | undefined {
  const { status, body } = response
  if (status !== 200) return undefined
  if (isJwt(response.headers['content-type']) && maybeJsonObject(response) === undefined) return ascii.decode(body).trim()
  const agreed = signed ?? encrypted
  if (agreed === undefined) return undefined
  throw refusal(
    'MALFORMED',
    explain && `is not a JWT, and the client says that it is registered for one (${agreed}): compare the registration at the provider`,
    'RFC 8725 §3.2',
  )
}
