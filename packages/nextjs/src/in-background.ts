/**
 * Tells whether a script has sent a request that no person sees the answer of: Next's router among them, from whose requests Next takes away what would tell
 * that a page is fetched in advance. An action is sent by a script, too, and is a person's doing.
 */
export function isInBackground(headers: Pick<Headers, 'get'>): boolean {
  return isOfScript(headers) && headers.get('next-action') === null
}

/** Tells whether a script has sent a request: Next's router and actions among them. */
export function isOfScript(headers: Pick<Headers, 'get'>): boolean {
  const mode = headers.get('sec-fetch-mode')
  return mode !== null && mode !== 'navigate'
}
