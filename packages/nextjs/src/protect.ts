import { isOAuthError, UsageError } from '@oauth/core/adapter'
import {
  assertGuardOptions,
  assertSilentLoginOptions,
  errorPage,
  type GuardOptions,
  type RouteResponse,
  type SilentLoginOptions,
  type Visit,
} from '@oauth/core/routes'
import type { LazyRoutes } from './options.js'
import { sendTo } from './send-to.js'
import { answerTo } from './thrown.js'
import type { Visits } from './visits.js'
import { keepPrivate, writeResponse } from './write-response.js'

/** Where a page is, for people to come back to after the login. */
export interface PlaceOptions {
  /** A path of this application, `basePath` included. Where the proxy runs it says so better: with the query. */
  readonly returnTo?: string | undefined
}

/** What is asked of a visitor. */
export interface ProtectOptions<Name extends string = string> extends GuardOptions, PlaceOptions {
  readonly provider?: Name | undefined
}

/** Whom a visitor is asked for. */
export interface SilentOptions<Name extends string = string> extends SilentLoginOptions, PlaceOptions {
  readonly provider?: Name | undefined
}

/**
 * Wraps a route handler, a page or a server action. Options are in one signature alone: of two, each with its own idea of what is wrapped, TypeScript tells
 * what is wrong with that, where an option is misspelt.
 */
export interface Wrap<Options> {
  /**
   * A route handler. Who is sent away is sent by its answer; a script gets 401. One that throws when a token was renewed is answered with a bare 500, which
   * brings the new cookie, and its error is printed: what makes answers of errors stands inside.
   */
  <Given extends Request, Rest extends readonly unknown[]>(
    handler: (request: Given, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Given, ...rest: Rest) => Promise<Response>
  /** A page, a server action, or a route handler with the type of its request. */
  <Target extends (...given: never[]) => unknown>(target: Target, options?: Options): Guarded<Target>
}

/** What is wrapped takes what it took before, and answers later. */
export type Guarded<Target> = Target extends (...given: infer Given) => infer Result ? (...given: Given) => Promise<Awaited<Result>> : never

/** Lets only people through who are logged in; sends others to the login and back. */
export type Protect<Name extends string = string> = Wrap<ProtectOptions<Name>>

/** Finds out whether a visitor is logged in at the provider, without anything being shown, and then lets them through, logged in or not. */
export type SilentLogin<Name extends string = string> = Wrap<SilentOptions<Name>>

/** What a guard works with. */
export interface ProtectPorts<Http> {
  readonly routes: LazyRoutes<Http>
  readonly visits: Visits<Http>
  /** An address that Next takes as it is, of a path of this application. */
  readonly absolute: (path: string) => string
  /** Called by a guard of a page that nobody has told where it is. */
  readonly placeless: () => void
}

/** Makes {@link Protect}. */
export function protector<Http, Name extends string>(ports: ProtectPorts<Http>): Protect<Name> {
  return wrapper(ports, (options: ProtectOptions) => {
    assertKnown(options, PROTECT_OPTIONS, 'protect')
    const { returnTo: _place, ...asked } = options
    assertGuardOptions(asked, 'protect')
    return (visit) => visit.guard(asked)
  })
}

/** Makes {@link SilentLogin}. */
export function silentLoginWrapper<Http, Name extends string>(ports: ProtectPorts<Http>): SilentLogin<Name> {
  return wrapper(ports, (options: SilentOptions) => {
    assertKnown(options, SILENT_OPTIONS, 'silentLogin')
    const { returnTo: _place, ...asked } = options
    assertSilentLoginOptions(asked)
    return (visit) => visit.silentLogin(asked)
  })
}

/** All names, those of the core's guards included, which does not know of `returnTo`. */
const PROTECT_OPTIONS: Readonly<Record<keyof ProtectOptions, true>> = {
  acr: true,
  maxAge: true,
  provider: true,
  returnTo: true,
  token: true,
}
const SILENT_OPTIONS: Readonly<Record<keyof SilentOptions, true>> = { provider: true, returnTo: true }

/** @throws {@link UsageError} for an option that is none, which would guard less than was meant. */
function assertKnown(options: object, known: Readonly<Record<string, true>>, where: string): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined) return
  throw new UsageError(`${where}: there is no option "${unknown}". Known options: ${Object.keys(known).join(', ')}.`)
}

/** What to answer a visitor who is not let through. */
type Refusal<Http> = (visit: Visit<Http>) => Promise<RouteResponse | undefined>

function wrapper<Http, Options extends PlaceOptions>(
  { routes, visits, absolute, placeless }: ProtectPorts<Http>,
  checked: (options: Options) => Refusal<Http>,
): Wrap<Options> {
  async function answered(request: Request, refusal: Refusal<Http>, answer: () => unknown): Promise<unknown> {
    const opened = await orUnknown(visits.current(request))
    if (opened instanceof Response) return opened
    opened.hold()
    let response: unknown
    try {
      const refused = await refusal(opened.visit)
      response = refused === undefined ? await answer() : writeResponse(refused)
      if (response instanceof Response) response = privately(response)
    } catch (error) {
      return privately(answerTo(error, { hasCookies: opened.close() }))
    }
    // What is streamed from here on comes too late to set a cookie.
    opened.close()
    return response
  }

  async function sendAway(refusal: Refusal<Http>, returnTo: string | undefined): Promise<void> {
    const { visit, request } = await visits.current()
    if (request.url === '' && returnTo === undefined) placeless()
    const refused = await refusal(visit)
    if (refused === undefined) return
    const path = refused.location ?? routes().loginPath()
    // Where the proxy has said where this is, the way back is in it.
    return sendTo(absolute(request.url === '' && returnTo !== undefined ? withReturnTo(path, returnTo) : path))
  }

  return ((target: (...given: readonly unknown[]) => unknown, options: Options = Object({})) => {
    const refusal = checked(options)
    return async (...given: readonly unknown[]): Promise<unknown> => {
      const [request] = given
      if (request instanceof Request) return answered(request, refusal, () => target(...given))
      await sendAway(refusal, options.returnTo)
      return target(...given)
    }
  }) as Wrap<Options>
}

/** Whether somebody is logged in is not known where a store fails, which is not the same as that nobody is. */
async function orUnknown<T>(opening: Promise<T>): Promise<T | Response> {
  try {
    return await opening
  } catch (error) {
    if (isOAuthError(error) && error.name === 'StoreError') return writeResponse(errorPage(error))
    throw error
  }
}

/** The answer of a route, which read the session: no cache may keep it. That of another server cannot be changed, and is copied. */
function privately(response: Response): Response {
  const headers = new Headers(response.headers)
  keepPrivate(headers)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

function withReturnTo(path: string, returnTo: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ returnTo })}`
}
