import { type Form, type Parameters, toForm } from '../http/form.js'
import type { TokenRecord } from './token-record.js'

/** What a call wants different in a renewal. */
export interface RenewalWish {
  readonly scope?: string | undefined
  readonly parameters?: Parameters | undefined
}

/**
 * A record as its renewal has to see it. Without a scope a refresh asks for what was granted at first, so that an answer without one
 * means that (RFC 6749 §6), also after a call that had asked for less. A parameter of the call replaces the one that was remembered.
 */
export function renewable(record: TokenRecord, { scope, parameters }: RenewalWish): TokenRecord {
  const { token, grant } = record
  const names = new Set(toForm(parameters).map(([name]) => name))
  return {
    ...record,
    token: scope === undefined && grant.scope !== undefined ? { ...token, scope: grant.scope } : token,
    grant: grant.parameters === undefined ? grant : { ...grant, parameters: others(grant.parameters, names) },
  }
}

function others(form: Form, names: ReadonlySet<string>): Form {
  return form.filter(([name]) => !names.has(name))
}
