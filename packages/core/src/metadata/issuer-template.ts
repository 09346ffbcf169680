import { parseUrl } from '../http/uri.js'

const PLACEHOLDER = '{tenantid}'
/** A tenant as it may stand in an issuer: one segment of a path. */
const TENANT = /^[\w-]{1,64}$/

/** Tells whether an issuer is a template for those of many tenants. */
export function isTemplate(issuer: string): boolean {
  return issuer.includes(PLACEHOLDER)
}

/**
 * Tells whether a template that a server publishes is for the issuer that was configured, such as `…/{tenantid}/v2.0` for `…/common/v2.0`:
 * the same but for one segment of the path, so that no template leads to another host.
 */
export function isTemplateOf(template: unknown, issuer: string): template is string {
  if (typeof template !== 'string') return false
  const [before = '', after, ...more] = template.split(`/${PLACEHOLDER}`)
  const origin = parseUrl(issuer)?.origin
  if (after === undefined || more.length > 0 || origin === undefined || !before.startsWith(origin)) return false
  const segment = issuer.slice(before.length + 1, issuer.length - after.length)
  return issuer === `${before}/${segment}${after}` && /^[\w.-]+$/.test(segment)
}

/** The issuer of one tenant; `undefined` when the tenant is none, or is not among `allowed`. */
export function issuerOfTenant(template: string, tenant: unknown, allowed?: readonly string[]): string | undefined {
  if (typeof tenant !== 'string' || !TENANT.test(tenant) || allowed?.includes(tenant) === false) return undefined
  return template.replace(PLACEHOLDER, tenant)
}
