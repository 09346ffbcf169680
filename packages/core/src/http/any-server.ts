/** Headers that say nothing of the caller, and mean the same to every server. */
const OF_ANY_SERVER: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-length',
  'content-type',
  'user-agent',
])

/**
 * Tells whether a header may go along where a redirect leads to another origin. All others stay behind: an API's key is for that API, as its token is.
 *
 * @param name in lower case.
 */
export function isForAnyServer(name: string): boolean {
  return OF_ANY_SERVER.has(name)
}
