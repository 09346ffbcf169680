import { type Configuration, errors, type JWK, type ResourceServer } from 'oidc-provider'
import type { ProviderOptions, TestUser } from './options.ts'
import { errorPage, logoutPage, page } from './pages.ts'
import { type ProviderAlg, providerAlgs } from './signing-keys.ts'

/** What outlives one Provider instance. */
export interface ProviderState {
  readonly adapter: NonNullable<Configuration['adapter']>
  readonly cookieKeys: string[]
  readonly users: Readonly<Record<string, TestUser>>
  readonly algs: readonly ProviderAlg[]
}

const day = 86_400

/**
 * The configuration of oidc-provider. It prints a notice whenever one of its own defaults is used that a deployment
 * should replace, so whatever would print is replaced here, also where the replacement does the same: that is how
 * the test output stays silent without touching `console`.
 */
export function configuration(options: ProviderOptions, state: ProviderState, keys: readonly JWK[]): Configuration {
  const { accessTokenTtl: ttl = 3600, alwaysIssueRefreshToken = true, pkceRequired = true, refreshTokenRotation = true } = options
  const accessTokenTtl = typeof ttl === 'number' ? () => ttl : ttl
  const resourceServer = (resource: string): ResourceServer => ({
    audience: resource,
    scope: options.resourceScopes ?? 'items:read items:write',
    accessTokenFormat: 'jwt',
    accessTokenTTL: accessTokenTtl(),
    jwt: { sign: { alg: state.algs[0] ?? 'RS256' } },
  })

  return {
    adapter: state.adapter,
    jwks: { keys },
    cookies: {
      keys: state.cookieKeys,
      // Cookies know hosts but not ports: an app on another port of 127.0.0.1 must not meet ours by a common name.
      names: { session: 'op_session', interaction: 'op_interaction', resume: 'op_resume' },
    },
    claims: { openid: ['sub', 'session_expiry'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !options.claimsInIdToken,
    clientDefaults: { id_token_signed_response_alg: state.algs[0] ?? 'RS256' },
    responseTypes: ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token', 'none'],
    enabledJWA: { idTokenSigningAlgValues: [...providerAlgs, 'HS256', 'HS384', 'HS512'] },
    pkce: { required: () => pkceRequired },
    rotateRefreshToken: refreshTokenRotation,
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && (alwaysIssueRefreshToken || source.scopes.has('offline_access')),
    clientBasedCORS: (_ctx, origin, client) =>
      options.cors || (client.clientAuthMethod === 'none' && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)),
    findAccount: (_ctx, sub) => {
      const user = Object.hasOwn(state.users, sub) ? state.users[sub] : undefined
      return user && { accountId: sub, claims: () => ({ ...user, sub }) }
    },
    // oidc-provider hands over a dispatcher that refuses loopback addresses; every client of a test lives there.
    fetch: (url, init) => {
      const { dispatcher: _refusesLoopback, ...rest } = (init ?? {}) as RequestInit & { dispatcher?: unknown }
      return globalThis.fetch(url, rest)
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = errorPage(out.error, out.error_description)
    },
    ttl: {
      AccessToken: accessTokenTtl,
      ClientCredentials: accessTokenTtl,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      Session: 14 * day,
      Grant: 14 * day,
      RefreshToken: 14 * day,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      userinfo: { enabled: true },
      // What a client gets of these is in its metadata: without `…_response_alg` all stays as it is.
      jwtUserinfo: { enabled: true },
      jwtIntrospection: { enabled: true },
      encryption: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => client.clientAuthMethod !== 'none' || token.clientId === client.clientId,
      },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => {
          if (options.resources && !options.resources.includes(resource)) throw new errors.InvalidTarget()
          return resourceServer(resource)
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = logoutPage(form)
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = page('Signed out', '<p>You are signed out of the provider.</p>')
        },
      },
      ...options.features,
      // The type is a union over pairs of features, which a spread of unknown features cannot be narrowed to.
    } as Configuration['features'],
  }
}
