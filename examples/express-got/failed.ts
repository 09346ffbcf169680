import { type AnyOAuthError, isOAuthError, statusOf } from '@oauth/express'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { failure } from './pages/failure.ts'

/** Shows any error as a page. Express knows it for an error handler by its four parameters. */
export const failed: ErrorRequestHandler = (error, req, res, _next) => {
  const cause = oauthErrorOf(error)
  const status = cause === undefined ? 500 : statusOf(cause)
  // What a person did, such as cancelling a login, is not the operator's business.
  if (status >= 500) console.error(error)
  res.status(status).send(failure(req, { status, code: cause?.code, cancelled: isCancelled(cause) }))
}

export const notFound: RequestHandler = (req, res) => {
  res.status(404).send(failure(req, { status: 404 }))
}

/** Errors of the user's HTTP client are the client's own; what the library had to say is their cause. */
function oauthErrorOf(error: unknown): AnyOAuthError | undefined {
  if (isOAuthError(error)) return error
  return error instanceof Error && isOAuthError(error.cause) ? error.cause : undefined
}

function isCancelled(error: AnyOAuthError | undefined): boolean {
  return error?.name === 'AuthorizationResponseError' && error.error === 'access_denied'
}
