import type { IssuerPreset } from './preset.js'

/** Which accounts may log in. */
export interface MicrosoftOptions {
  /** One tenant's id; or `common`, `organizations` or `consumers`. `consumers` unless told. */
  readonly tenant?: string
  /** With `common` and `organizations`: the ids of the tenants that may. Any unless told. */
  readonly tenants?: readonly string[]
}

/** The tenant of all personal accounts, whose metadata `consumers` names. Not verified. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** Microsoft. A tenant is given by its id: the metadata found by its domain names the id, and is refused. A person is `iss` and `sub` together. */
export function microsoft({ tenant = 'consumers', tenants }: MicrosoftOptions = {}): IssuerPreset {
  const isTemplated = tenant === 'common' || tenant === 'organizations'
  return {
    issuer: `https://login.microsoftonline.com/${tenant === 'consumers' ? CONSUMERS : tenant}/v2.0`,
    scope: 'openid email profile',
    ...(isTemplated ? { quirks: { templatedIssuer: tenants === undefined ? true : { tenants } } } : {}),
  }
}
