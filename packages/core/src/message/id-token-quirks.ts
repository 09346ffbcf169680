import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import type { JsonObject } from '../http/json.js'
import { quirkFired } from '../metadata/fired-quirk.js'
import { issuerOfTenant, isTemplate } from '../metadata/issuer-template.js'
import type { Quirks } from '../metadata/quirks.js'
import { refuseIdToken } from './refuse-id-token.js'

/** What an ID token has to say where quirks change it: whose it is, and which login it was made for. */
export interface QuirkyExpectation {
  readonly issuer: string | undefined
  readonly nonce: string | undefined
}

/**
 * What the ID token of a server with quirks has to agree with. Only for claims whose signature holds: `tid` decides which issuer is
 * expected, so nobody but the server may have written it.
 *
 * @throws {@link ProtocolError} for a tenant that is none, or is not allowed.
 */
export function expectationOf(
  claims: JsonObject,
  { issuer, nonce }: QuirkyExpectation,
  { quirks, environment }: { readonly quirks: Quirks; readonly environment: Pick<Environment, 'emit'> },
): QuirkyExpectation {
  const { templatedIssuer, nonceNotReturned } = quirks
  const isFilled = Boolean(templatedIssuer) && issuer !== undefined && isTemplate(issuer)
  const isNonceWaived = nonceNotReturned === true && nonce !== undefined && !claims['nonce']
  if (isFilled) quirkFired(environment, 'templatedIssuer')
  if (isNonceWaived) quirkFired(environment, 'nonceNotReturned')
  return {
    issuer: isFilled ? tenantIssuer(issuer, claims, typeof templatedIssuer === 'object' ? templatedIssuer.tenants : undefined) : issuer,
    nonce: isNonceWaived ? undefined : nonce,
  }
}

function tenantIssuer(template: string, { tid }: JsonObject, tenants: readonly string[] | undefined): string {
  const issuer = issuerOfTenant(template, tid, tenants)
  if (issuer === undefined) {
    refuseIdToken(
      'ISS',
      explain &&
        'is from no tenant that may log people in: its "tid" is missing, is no tenant id, or is not among quirks.templatedIssuer.tenants',
      'OpenID Connect Core §3.1.3.7 step 2',
    )
  }
  return issuer
}
