import type { AnyOAuthError } from '@oauth/core/adapter'
import { statusOf } from '@oauth/core/routes'
import { causeOf, type RenewalFailure } from './renewal-failures.js'
import { NO_PROXY } from './unkept.js'

/**
 * Makes what tells the operator of errors that end in a page of ours, which shows the code alone. What is a person's doing, such as a login that was
 * cancelled, is not the operator's, though a developer may want to know why; a login whose cookie this instance cannot open is, once, since anybody can send such a cookie.
 */
export function reporter(): (error: AnyOAuthError) => void {
  let isWarned = false
  return (error) => {
    const { code, cause } = error
    if (statusOf(error) >= 500) {
      // biome-ignore lint/suspicious/noConsole: it is how Next reports what a route throws
      console.error(error)
    } else if (!isWarned && code === 'OAUTH_NO_TRANSACTION' && cause instanceof Error) {
      isWarned = true
      // biome-ignore lint/suspicious/noConsole: there is no other way to an operator on every runtime
      console.warn(cause.message)
    } else if (process.env['NODE_ENV'] === 'development') {
      // biome-ignore lint/suspicious/noConsole: the same, to a developer
      console.warn(`${code}: ${error.message}`)
    }
  }
}

/**
 * Makes what tells the operator of renewals that have failed in the proxy: what a page meets afterwards is that there is no token. Those who have joined
 * one share its cause, which is told once.
 */
export function renewalReporter(): (failure: RenewalFailure) => void {
  const told = new WeakSet<Error>()
  return ({ provider, error }) => {
    const cause = causeOf(error)
    if (told.has(cause)) return
    told.add(cause)
    if (error.name === 'RefreshError' && error.terminal) {
      // biome-ignore lint/suspicious/noConsole: there is no other way to an operator on every runtime
      console.warn(`A login at "${provider}" has ended. ${error.message}`)
    } else {
      // biome-ignore lint/suspicious/noConsole: the same. The console of the edge runtime shows no causes
      console.error(`The proxy could not renew the token of a login at "${provider}". ${cause.message}`, error)
    }
  }
}

/** Makes what tells a developer, once, that a guard leads people back to the start of the application and not to the page that they wanted. */
export function placelessWarning(): () => void {
  return inDevelopment(
    () =>
      `A guard does not know which page it is on, so that people come back to the start of the application after the login. ${NO_PROXY} Or give the guard the option "returnTo".`,
  )
}

/** What was asked of the catch-all route, and some of what it has. */
interface UnknownPath {
  /** Path and query. */
  readonly asked: string
  readonly known: readonly string[]
}

/** Makes what tells a developer, once, that the catch-all route is asked for paths that are not its own. The answer repeats nothing of the request. */
export function pathWarning(): (found: UnknownPath) => void {
  return inDevelopment(({ asked, known }) => {
    const [path] = asked.split('?', 1)
    return `oauth() has no route at ${JSON.stringify(path)}. It has ${known.join(', ')} and the like. Look at the folder of the catch-all route; at the option "paths", whose paths end in a slash with \`trailingSlash: true\` of next.config; and at "baseUrl", which ends with the \`basePath\` of next.config.`
  })
}

/** Prints a warning the first time that there is something to say, in development alone. */
function inDevelopment<Given extends readonly unknown[]>(text: (...given: Given) => string): (...given: Given) => void {
  let isWarned = false
  return (...given) => {
    if (isWarned || process.env['NODE_ENV'] !== 'development') return
    isWarned = true
    // biome-ignore lint/suspicious/noConsole: there is no other way to a developer on every runtime
    console.warn(text(...given))
  }
}
