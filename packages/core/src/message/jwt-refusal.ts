import type { JwtProblem } from '../error/error-code.js'
import { type Explanation, explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'

/** What of a JWT is at fault, whatever the JWT is: the last word of an `OAUTH_JWT_…` or `OAUTH_ID_TOKEN_…` code. */
export type JwtProblemWord = JwtProblem extends `OAUTH_JWT_${infer Word}` ? Word : never

/** Makes the error for a JWT that is refused; `found` goes on where "it" left off. */
export type JwtRefusal = (word: JwtProblemWord, found: Explanation, reference: string) => ProtocolError

/** Refuses a JWT that answers a request; `what` names it, such as `UserInfo`. */
export function answerRefusal(what: Explanation): JwtRefusal {
  return (word, found, reference) => new ProtocolError(`OAUTH_JWT_${word}`, explain && `${what} refused: it ${found}`, { reference })
}
