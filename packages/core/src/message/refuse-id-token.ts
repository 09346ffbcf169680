import type { IdTokenProblem } from '../error/error-code.js'
import { ProtocolError } from '../error/protocol-error.js'

type Word<T> = T extends `OAUTH_ID_TOKEN_${infer W}` ? W : never

/** Refuses an ID token; `found` goes on where "it" left off. @throws {@link ProtocolError} */
export function refuseIdToken(word: Word<IdTokenProblem>, found: string, reference: string): never {
  throw new ProtocolError(`OAUTH_ID_TOKEN_${word}`, `ID token refused: it ${found}`, { reference })
}
