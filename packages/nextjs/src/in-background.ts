import type { ReadableHeaders } from './read-request.js'

/**
 * Tells whether a script has sent a request that no person sees the answer of: Next's router among them, from whose requests Next takes away what would tell
 * that a page is fetched in advance. An action is sent by a script, too, and is a person's doing.
 */
export function isInBackground(headers: Pick<ReadableHeaders, 'get'>): boolean {
  const mode = headers.get('sec-fetch-mode')
  return mode !== null && mode !== 'navigate' && headers.get('next-action') === null
}
