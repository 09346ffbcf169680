/**
 * A copy of an error of the application's store or callback with name, message, code and stack alone, to be a `cause`. Database clients
 * hang the command they sent on their errors, and with it the tokens that were to be written.
 */
export function plainCause(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('something was thrown that is no Error')
  const { name, message, stack } = error
  const { code } = error as { code?: unknown }
  const copy = new Error(message)
  Object.defineProperty(copy, 'stack', { value: stack, configurable: true, writable: true })
  Object.defineProperty(copy, 'name', { value: name, configurable: true, writable: true })
  return typeof code === 'string' || typeof code === 'number' ? Object.assign(copy, { code }) : copy
}
