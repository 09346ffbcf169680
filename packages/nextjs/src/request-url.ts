/**
 * The request header by which the proxy tells pages where they are: Next does not. The proxy always writes it, so that nobody else can; where no proxy is, it
 * may come from the browser, and is checked as any address to return to.
 */
export const URL_HEADER = 'x-oauth-url'

/** Path and query of a request. Host and scheme are what a header says, and are not read. */
export function pathOf(request: Request): string {
  const { pathname, searchParams, search } = new URL(request.url)
  // Next's router marks its own requests with it; the page knows nothing of it.
  if (!searchParams.has('_rsc')) return `${pathname}${search}`
  searchParams.delete('_rsc')
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`
}
