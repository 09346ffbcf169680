import type { AuthenticationChallenge } from '../error/challenge-error.js'

/** `token`, then one of: `= value`, a token68, or nothing. Sticky, so that each match starts where the last one ended. */
const PART = /[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"=]+)(?=\s*(?:,|$))))?/y
const TOKEN68 = / +[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y
const MAX_LENGTH = 8192

/**
 * Reads the challenges of a `WWW-Authenticate` header, several in one header included. What cannot be read ends the list; nothing throws:
 * the header is a hint from a server that has already refused the request.
 *
 * @see RFC 9110 §11.6.1 https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string | undefined): readonly AuthenticationChallenge[] {
  const text = (header ?? '').slice(0, MAX_LENGTH)
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let at = 0
  while (at < text.length) {
    PART.lastIndex = at
    const match = PART.exec(text)
    if (match === null) break
    at = PART.lastIndex
    const [, name = '', quoted, plain] = match
    const current = challenges.at(-1)
    if (quoted === undefined && plain === undefined) {
      challenges.push({ scheme: name.toLowerCase(), parameters: Object.create(null) })
      TOKEN68.lastIndex = at
      if (TOKEN68.test(text)) at = TOKEN68.lastIndex
    } else if (current !== undefined) {
      current.parameters[name.toLowerCase()] ??= plain ?? (quoted ?? '').replace(/\\(.)/g, '$1')
    }
  }
  return challenges
}
