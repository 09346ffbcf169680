import type { IdTokenProblem } from '../error/error-code.js'
import { type Explanation, explain } from '../error/explain.js'
import { ProtocolError } from '../error/protocol-error.js'

type Word<T> = T extends `OAUTH_ID_TOKEN_${infer W}` ? W : never

/** Makes the error for an ID token that is refused; `found` goes on where "it" left off. */
export function idTokenRefusal(word: Word<IdTokenProblem>, found: Explanation, reference: string): ProtocolError {
  return new ProtocolError(`OAUTH_ID_TOKEN_${word}`, explain && `ID token refused: it ${found}`, { reference })
}

/** Refuses an ID token. @throws {@link ProtocolError} */
export function refuseIdToken(word: Word<IdTokenProblem>, found: Explanation, reference: string): never {
  throw idTokenRefusal(word, found, reference)
}
