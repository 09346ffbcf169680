import type { Environment } from '../environment.js'
import { isJsonObject, parseJson } from '../http/json.js'
import { TRANSACTION_TTL } from '../transaction/authorization-transaction.js'
import type { LoginTerms } from './login-terms.js'
import { lazySealer } from './sealed-cookie.js'

/** Longest text that is opened, in characters. */
const MAX_LENGTH = 4096

/** The terms of a login in the address of the login route, where nobody but this application can have put them. */
export interface SealedTerms {
  seal(terms: LoginTerms): Promise<string>
  /** The terms, or none for what is not ours or too old: the guard that asked for them asks again. */
  open(sealed: string | undefined): Promise<LoginTerms>
}

/** Makes what seals the terms of logins, good for as long as a login may take: an address may end in a list of bookmarks. */
export function sealedTerms(environment: Environment, secrets: readonly string[], name: string): SealedTerms {
  const sealer = lazySealer(environment, secrets, `terms ${name}`)

  return {
    async seal({ maxAge, acr, prompt }) {
      const until = Math.floor(environment.now()) + TRANSACTION_TTL
      return (await sealer()).seal(JSON.stringify({ maxAge, acr, prompt, until }))
    },
    async open(sealed) {
      const text = sealed === undefined || sealed.length > MAX_LENGTH ? undefined : await (await sealer()).open(sealed)
      const terms = text === undefined ? undefined : parseJson(text)
      return isJsonObject(terms) && Number(terms['until']) > environment.now() ? (terms as LoginTerms) : {}
    },
  }
}
