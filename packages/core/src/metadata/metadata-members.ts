import { type Explanation, explain } from '../error/explain.js'

/** Endpoints that a login uses: metadata in which one of them cannot be trusted is not used at all. */
export const LOGIN_ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'] as const

/** Endpoints beside a login: one that cannot be trusted is never used, and does not spoil the rest. */
export const FURTHER_ENDPOINTS = [
  'revocation_endpoint',
  'introspection_endpoint',
  'end_session_endpoint',
  'registration_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
  'backchannel_authentication_endpoint',
] as const

/** Metadata members that are URLs we may send a request or a browser to. */
export type EndpointName = (typeof LOGIN_ENDPOINTS)[number] | (typeof FURTHER_ENDPOINTS)[number]

/** Metadata members that are lists of words we read. */
const LISTS = [
  'scopes_supported',
  'response_types_supported',
  'response_modes_supported',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
  'id_token_signing_alg_values_supported',
] as const

/** Metadata members that are yes or no, and change what we do. */
const BOOLEANS = ['authorization_response_iss_parameter_supported', 'require_pushed_authorization_requests'] as const

/** A member of a type that cannot be read, and what it has to be; `undefined` when all that are there can. */
export function misshapenMember(metadata: {
  readonly [member: string]: unknown
}): { readonly name: string; readonly type: Explanation } | undefined {
  const list = LISTS.find((name) => metadata[name] !== undefined && !isListOfStrings(metadata[name]))
  if (list !== undefined) return { name: list, type: explain && 'a list of strings' }
  const flag = BOOLEANS.find((name) => metadata[name] !== undefined && typeof metadata[name] !== 'boolean')
  return flag === undefined ? undefined : { name: flag, type: explain && 'a boolean' }
}

const READ: readonly string[] = /* @__PURE__ */ [LOGIN_ENDPOINTS, FURTHER_ENDPOINTS, LISTS, BOOLEANS].flat()

/** A member that is one of ours but for its spelling, such as `tokenEndpoint`, and how the standard spells it. */
export function misspeltMember(metadata: object): { readonly name: string; readonly standard: string } | undefined {
  return Object.keys(metadata)
    .map((name) => ({ name, standard: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) }))
    .find(({ name, standard }) => name !== standard && READ.includes(standard))
}

function isListOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === 'string')
}
