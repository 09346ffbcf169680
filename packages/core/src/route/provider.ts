import type { Environment } from '../environment.js'
import { UsageError } from '../error/usage-error.js'
import type { Flow } from '../flow/flow.js'
import { revoke } from '../flow/revoke.js'
import { run, type Transport } from '../flow/run.js'
import { scopeText } from '../message/authorization-request.js'
import type { TokenSet } from '../message/token-set.js'
import { beforeTokenRequest } from '../session/before-token-request.js'
import { ComplianceHooks, type ComplianceHookType, renewalKind } from '../session/compliance-hooks.js'
import type { LifeCycleMemory } from '../session/life-cycle-memory.js'
import { assertMethods, type Registration, type RegistrationOptions, registration, type ServerCaches } from '../session/registration.js'
import { renewToken } from '../session/renew.js'
import { allowedOrigins } from '../session/resource-authoriser.js'
import { TokenLifeCycle } from '../session/token-life-cycle.js'
import type { ProviderOptions } from './web-options.js'

/** A provider at run time: its checked registration, and the life cycle of the tokens it issues. */
export interface Provider<Http> {
  readonly name: string
  readonly options: ProviderOptions<Http>
  readonly registration: Registration
  readonly hooks: ComplianceHooks
  readonly scope: string | undefined
  readonly redirectUri: string
  readonly lifeCycle: TokenLifeCycle
  /** The server and the client that a function gave. A login of another tenant is none for this one. */
  readonly tenant?: string | undefined
  /** Whether the function states that it gives no other server. */
  readonly isOnlyServer?: boolean | undefined
}

/** What a provider is built on. */
export interface ProviderPorts {
  readonly environment: Environment
  readonly transport: Transport
  readonly caches: ServerCaches
  readonly redirectUri: string
  /** Renewals under way, where several providers may be asked for the same one. */
  readonly memory?: LifeCycleMemory | undefined
}

/** @throws {@link UsageError} for a registration that cannot work. */
export function createProvider<Http>(
  name: string,
  options: ProviderOptions<Http>,
  { environment, transport, caches, redirectUri, memory }: ProviderPorts,
): Provider<Http> {
  const checked = named(name, () => {
    const made = registration(options, environment, caches)
    assertMethods(made)
    // Read at each use; what is no origin is refused now.
    allowedOrigins(options.allowedOrigins, undefined)
    return made
  })
  const { updateToken } = options
  const hooks = complianceHooks(options, environment)
  return {
    name,
    options,
    registration: checked,
    hooks,
    scope: options.scope === undefined ? defaultScope(options) : scopeText(options.scope),
    redirectUri,
    lifeCycle: new TokenLifeCycle({
      environment,
      renew: (record, _how, sending) => {
        const flow = renewToken(checked, record, { environment, ...hooks.of(renewalKind(record)) })
        return run(beforeTokenRequest(flow, sending), transport)
      },
      revoke: (token) => run(revokeTokens({ registration: checked, hooks }, token, environment), transport),
      updateToken:
        updateToken === undefined
          ? undefined
          : (token, old, { issuer, subject }) => updateToken(token, old, { provider: name, issuer, subject }),
      leeway: options.leeway,
      memory,
    }),
  }
}

/** Where there are several providers, what is wrong with one says which. */
function named<T>(name: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`oauth: provider "${name}": ${error.message}`, { code: error.code })
    throw error
  }
}

function complianceHooks<Http>({ quirks, complianceHooks: given = {} }: ProviderOptions<Http>, environment: Environment): ComplianceHooks {
  const hooks = new ComplianceHooks(quirks, environment)
  for (const [type, hook] of Object.entries(given)) hooks.register(type as ComplianceHookType, hook)
  return hooks
}

/** Without keys no ID token can be verified, so none is asked for unless the application does. */
function defaultScope({ issuer, server, keys }: RegistrationOptions): string | undefined {
  return issuer !== undefined || (server?.issuer !== undefined && (server.jwks_uri ?? server.jwks ?? keys) !== undefined)
    ? 'openid'
    : undefined
}

/** Gives tokens back to the server, where it takes them: the refresh token, else the access token. */
export async function* revokeTokens(
  { registration, hooks }: Pick<Provider<unknown>, 'registration' | 'hooks'>,
  token: TokenSet,
  environment: Environment,
): Flow<void> {
  const { client, allowInsecureHttp } = registration
  const requestHook = hooks.request('revoke_token_request')
  const server = yield* registration.server()
  if (server.revocation_endpoint === undefined) return
  const hint = token.refresh_token === undefined ? 'access_token' : 'refresh_token'
  const revocation = { token: token.refresh_token ?? token.access_token, token_type_hint: hint }
  yield* revoke(server, client, { environment, allowInsecureHttp, requestHook, ...revocation })
}
