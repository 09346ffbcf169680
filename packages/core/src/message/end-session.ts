import { toForm } from '../http/form.js'
import { appendQuery, serialised } from '../http/uri.js'
import { endpointUrl, type ServerMetadata } from '../metadata/server-metadata.js'

/** What the provider is told when a person logs out here. */
export interface EndSessionOptions {
  /** The ID token of the session that ends. */
  readonly idTokenHint?: string | undefined
  readonly clientId?: string | undefined
  /** Where the provider sends the browser afterwards; must be registered there. */
  readonly postLogoutRedirectUri?: string | undefined
  readonly state?: string | undefined
  readonly logoutHint?: string | undefined
  readonly uiLocales?: string | undefined
}

/**
 * The URL that ends the session at the provider too.
 *
 * @see OpenID Connect RP-Initiated Logout §2 https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout
 */
export function endSessionUrl(server: ServerMetadata, options: EndSessionOptions): string {
  const form = toForm({
    id_token_hint: options.idTokenHint,
    client_id: options.clientId,
    post_logout_redirect_uri: options.postLogoutRedirectUri,
    state: options.postLogoutRedirectUri === undefined ? undefined : options.state,
    logout_hint: options.logoutHint,
    ui_locales: options.uiLocales,
  })
  return appendQuery(serialised(endpointUrl(server, 'end_session_endpoint')), form, (name) => form.some(([own]) => own === name))
}
