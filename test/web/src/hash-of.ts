import { createHash } from 'node:crypto'

/** What a page says of a token, instead of it. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
