import { answer, json } from '../../../test/answers.js'
import { createSigner, type Signer } from '../../../test/signer.js'
import type { Environment } from '../../environment.js'
import { type Form, formDecode, formGet } from '../../http/form.js'
import type { Endpoint, HttpRequest } from '../../http/http-request.js'
import type { HttpResponse } from '../../http/http-response.js'

type Members = Readonly<Record<string, unknown>>

/** Who consents, and what the server says of them. */
export interface Consent {
  readonly sub?: string
  /** Further claims of the ID token, or other values of its own; `undefined` takes one away. */
  readonly claims?: Members
  /** Parameters of the answer that differ; `undefined` leaves one out. */
  readonly answer?: Readonly<Record<string, string | undefined>>
}

export type Script = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>

/** An authorization server in memory. It rotates refresh tokens and knows when a spent one comes again. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly signer: Signer
  /** Everything that was asked of it, in order. */
  readonly requests: HttpRequest[]
  /** Forms sent to an endpoint. */
  forms(endpoint: Endpoint, grantType?: string): Record<string, string>[]
  respond(request: HttpRequest): Promise<HttpResponse>
  /** What the person's browser brings back from an authorization URL: the query, or the form. */
  authorize(url: string, consent?: Consent): string
  /** Answers of one endpoint, instead of its own. */
  readonly scripts: Partial<Record<Endpoint, Script>>
  /** Members of the metadata, and of each token answer, that differ. */
  metadata: Members
  token: Members
  userinfo: Members
  readonly revoked: string[]
  readonly reuses: number
}

interface Grant {
  readonly sub: string
  readonly claims: Members
  readonly nonce: string | undefined
  readonly clientId: string
  readonly openid: boolean
}

/** What a callback for any state looks like before it is answered. */
export function query(parameters: Readonly<Record<string, string | undefined>>): string {
  return new URLSearchParams(Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)).toString()
}

const KEY: Signer = createSigner('ES256')

export function authorizationServer({ now }: Pick<Environment, 'now'>, issuer = 'https://as.example'): AuthorizationServer {
  const codes = new Map<string, Grant>()
  const refreshable = new Map<string, Grant>()
  const spent = new Set<string>()
  const revoked: string[] = []
  let count = 0
  let reuses = 0

  const server: AuthorizationServer = {
    issuer,
    signer: KEY,
    requests: [],
    scripts: {},
    metadata: {},
    token: {},
    userinfo: {},
    revoked,
    get reuses() {
      return reuses
    },
    forms: (endpoint, grantType) =>
      server.requests
        .filter((request) => request.endpoint === endpoint)
        .map(({ body = '' }) => Object.fromEntries(formDecode(body)))
        .filter((form) => grantType === undefined || form['grant_type'] === grantType),
    async respond(request) {
      server.requests.push(request)
      return (server.scripts[request.endpoint] ?? own)(request)
    },
    authorize(url, { sub = 'alice', claims = {}, answer: different = {} } = {}) {
      const asked = formDecode(new URL(url).search.slice(1))
      const code = `code-${++count}`
      const scope = formGet(asked, 'scope') ?? ''
      codes.set(code, {
        sub,
        claims,
        nonce: formGet(asked, 'nonce'),
        clientId: formGet(asked, 'client_id') ?? '',
        openid: scope.includes('openid'),
      })
      return query({ code, state: formGet(asked, 'state'), iss: issuer, ...different })
    },
  }

  function own({ endpoint, body = '' }: HttpRequest): HttpResponse {
    if (endpoint === 'discovery') return json(document())
    if (endpoint === 'jwks') return json({ keys: [KEY.jwk] })
    if (endpoint === 'userinfo') return json(server.userinfo)
    if (endpoint === 'token') return token(formDecode(body))
    if (endpoint === 'revocation') revoked.push(formGet(formDecode(body), 'token') ?? '')
    return answer(200)
  }

  function document(): Members {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      revocation_endpoint: `${issuer}/revoke`,
      end_session_endpoint: `${issuer}/logout`,
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['ES256'],
      ...server.metadata,
    }
  }

  function token(form: Form): HttpResponse {
    const refreshToken = formGet(form, 'refresh_token')
    if (refreshToken !== undefined && spent.has(refreshToken)) reuses += 1
    const store = refreshToken === undefined ? codes : refreshable
    const key = refreshToken ?? formGet(form, 'code') ?? ''
    const grant = store.get(key)
    store.delete(key)
    spent.add(key)
    if (grant === undefined) return json({ error: 'invalid_grant' }, 400)
    const number = ++count
    refreshable.set(`refresh-${number}`, grant)
    const issued = { access_token: `access-${number}`, refresh_token: `refresh-${number}`, token_type: 'Bearer', expires_in: 3600 }
    return json({ ...issued, ...(grant.openid ? { id_token: idToken(grant) } : {}), ...server.token })
  }

  function idToken({ sub, claims, nonce, clientId }: Grant): string {
    const time = Math.floor(now())
    return KEY.sign({ iss: issuer, sub, aud: clientId, iat: time, exp: time + 300, nonce, ...claims })
  }

  return server
}
