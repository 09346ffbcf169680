/** Codes of {@link UsageError}: the caller or the configuration is at fault. */
export type UsageErrorCode =
  | 'OAUTH_USAGE'
  | 'OAUTH_MISSING_TOKEN'
  | 'OAUTH_ORIGIN_NOT_ALLOWED'
  | 'OAUTH_SESSION_READ_ONLY'
  | 'OAUTH_SESSION_TOO_LARGE'

/** Codes of an authorization response that was refused before anything was sent. */
export type AuthorizationResponseProblem =
  | 'OAUTH_DUPLICATE_PARAM'
  | 'OAUTH_NO_TRANSACTION'
  | 'OAUTH_STATE_MISSING'
  | 'OAUTH_STATE_MISMATCH'
  | 'OAUTH_TRANSACTION_USED'
  | 'OAUTH_TRANSACTION_EXPIRED'
  | 'OAUTH_PROVIDER_MISMATCH'
  | 'OAUTH_ISS_MISSING'
  | 'OAUTH_ISS_MISMATCH'
  | 'OAUTH_NO_CODE'
  | 'OAUTH_NO_TOKEN'
  | 'OAUTH_TOKEN_TYPE'
  | 'OAUTH_TOKEN_MALFORMED'
  | 'OAUTH_UNEXPECTED_TOKEN'
  | 'OAUTH_MODE_MISMATCH'
  | 'OAUTH_ENDPOINT_CHANGED'
  | 'OAUTH_SESSION_CHANGED'

/** Codes of an ID token that was refused; the last word is the claim or header at fault. */
export type IdTokenProblem =
  | 'OAUTH_ID_TOKEN_MISSING'
  | 'OAUTH_ID_TOKEN_MALFORMED'
  | 'OAUTH_ID_TOKEN_TYP'
  | 'OAUTH_ID_TOKEN_ALG'
  | 'OAUTH_ID_TOKEN_CRIT'
  | 'OAUTH_ID_TOKEN_SIG'
  | 'OAUTH_ID_TOKEN_ISS'
  | 'OAUTH_ID_TOKEN_SUB'
  | 'OAUTH_ID_TOKEN_AUD'
  | 'OAUTH_ID_TOKEN_AZP'
  | 'OAUTH_ID_TOKEN_EXP'
  | 'OAUTH_ID_TOKEN_IAT'
  | 'OAUTH_ID_TOKEN_NBF'
  | 'OAUTH_ID_TOKEN_NONCE'
  | 'OAUTH_ID_TOKEN_AUTH_TIME'
  | 'OAUTH_ID_TOKEN_AT_HASH'
  | 'OAUTH_ID_TOKEN_C_HASH'
  | 'OAUTH_ID_TOKEN_S_HASH'
  | 'OAUTH_ID_TOKEN_ACR'
  | 'OAUTH_ID_TOKEN_CLAIM'
  | 'OAUTH_ID_TOKEN_ENC'

/** Codes of a logout token that was refused; the last word is the claim or header at fault. */
export type LogoutTokenProblem =
  | 'OAUTH_LOGOUT_TOKEN_MALFORMED'
  | 'OAUTH_LOGOUT_TOKEN_TYP'
  | 'OAUTH_LOGOUT_TOKEN_ALG'
  | 'OAUTH_LOGOUT_TOKEN_CRIT'
  | 'OAUTH_LOGOUT_TOKEN_SIG'
  | 'OAUTH_LOGOUT_TOKEN_ENC'
  | 'OAUTH_LOGOUT_TOKEN_ISS'
  | 'OAUTH_LOGOUT_TOKEN_AUD'
  | 'OAUTH_LOGOUT_TOKEN_SUB'
  | 'OAUTH_LOGOUT_TOKEN_SID'
  | 'OAUTH_LOGOUT_TOKEN_EXP'
  | 'OAUTH_LOGOUT_TOKEN_IAT'
  | 'OAUTH_LOGOUT_TOKEN_NBF'
  | 'OAUTH_LOGOUT_TOKEN_JTI'
  | 'OAUTH_LOGOUT_TOKEN_EVENTS'
  | 'OAUTH_LOGOUT_TOKEN_NONCE'

/** Codes of a JWT that answered a request (UserInfo, introspection) and was refused; the last word is what is at fault. */
export type JwtProblem =
  | 'OAUTH_JWT_MALFORMED'
  | 'OAUTH_JWT_TYP'
  | 'OAUTH_JWT_ALG'
  | 'OAUTH_JWT_CRIT'
  | 'OAUTH_JWT_SIG'
  | 'OAUTH_JWT_ENC'
  | 'OAUTH_JWT_ISS'
  | 'OAUTH_JWT_AUD'
  | 'OAUTH_JWT_EXP'
  | 'OAUTH_JWT_NBF'

/** Codes of server metadata or key sets that cannot be trusted or used. */
export type ServerProblem =
  | 'OAUTH_ISSUER_MISMATCH'
  | 'OAUTH_ENDPOINT_SCHEME'
  | 'OAUTH_ENDPOINT_MISSING'
  | 'OAUTH_KEY_NOT_FOUND'
  | 'OAUTH_USERINFO_SUB'

/** Codes of {@link ProtocolError}. */
export type ProtocolErrorCode = AuthorizationResponseProblem | IdTokenProblem | LogoutTokenProblem | JwtProblem | ServerProblem

/** Codes of {@link ResponseError}: the HTTP answer itself is not what the standard asks for. */
export type ResponseErrorCode =
  | 'OAUTH_RESPONSE_STATUS'
  | 'OAUTH_RESPONSE_CONTENT_TYPE'
  | 'OAUTH_RESPONSE_ENCODING'
  | 'OAUTH_RESPONSE_JSON'
  | 'OAUTH_RESPONSE_DUPLICATE_KEY'
  | 'OAUTH_RESPONSE_SHAPE'
  | 'OAUTH_RESPONSE_TOKEN_TYPE'

/** Why a transport could not bring back an answer. */
export type TransportReason = 'dns' | 'refused' | 'reset' | 'tls' | 'timeout' | 'redirect' | 'too_large' | 'aborted' | 'blocked'

/** Codes of {@link TransportError}: `OAUTH_` and the reason in capitals. */
export type TransportErrorCode = `OAUTH_${Uppercase<TransportReason>}`

/** Codes of the session errors. */
export type SessionErrorCode = 'OAUTH_REFRESH_TERMINAL' | 'OAUTH_REFRESH_TRANSIENT' | 'OAUTH_PERSIST' | 'OAUTH_STORE'

/** Every code an {@link OAuthError} can carry. */
export type OAuthErrorCode =
  | UsageErrorCode
  | ProtocolErrorCode
  | ResponseErrorCode
  | TransportErrorCode
  | SessionErrorCode
  | 'OAUTH_AUTHORIZATION_RESPONSE'
  | 'OAUTH_ENDPOINT_ERROR'
  | 'OAUTH_CHALLENGE'
