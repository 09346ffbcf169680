/**
 * What a route handler answers that has thrown, where Next's own answer would lose something. Next sets cookies with what a handler returns, and with a
 * redirect, and forgets those of one that throws anything else; so `notFound()` and its like are answered as Next does, and, where cookies wait, errors with
 * a bare 500, printed as Next prints them.
 *
 * @throws the error itself, where Next's answer to it loses nothing.
 */
export function answerTo(error: unknown, { hasCookies }: { readonly hasCookies: boolean }): Response {
  const status = fallbackStatus(error)
  if (status !== undefined) return new Response(null, { status })
  if (!hasCookies || isRedirect(error)) throw error
  printThrown(error)
  return new Response(null, { status: 500 })
}

/** Tells the operator of an error that Next will not see. */
export function printThrown(error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: it is how Next reports what a route throws
  console.error(error)
}

/** What `notFound()`, `forbidden()` and `unauthorized()` say. */
function fallbackStatus(error: unknown): number | undefined {
  const [, status] = /^NEXT_HTTP_ERROR_FALLBACK;([45]\d\d)\b/.exec(digestOf(error)) ?? []
  return status === undefined ? undefined : Number(status)
}

function isRedirect(error: unknown): boolean {
  return digestOf(error).startsWith('NEXT_REDIRECT;')
}

/** By which Next knows what it has thrown itself. */
function digestOf(error: unknown): string {
  const { digest }: { readonly digest?: unknown } = Object(error)
  return typeof digest === 'string' ? digest : ''
}
