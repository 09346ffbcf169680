import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthorizationResponseError } from './authorization-response-error.js'
import { EndpointError } from './endpoint-error.js'
import { printable, printableWord } from './printable.js'

/** Controls, line separators and bidirectional overrides: what forges log lines and headers. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u

test.each([
  ['<script>alert(1)</script>', 'unreadable'],
  ['access_denied\r\nSet-Cookie: a=b', 'unreadable'],
  ['access_denied\n[lib] audit: ok', 'unreadable'],
  ['\u202Edenied', 'unreadable'],
  ['x'.repeat(65), 'unreadable'],
  ['', 'unreadable'],
  ['x'.repeat(64), 'x'.repeat(64)],
  ['access_denied', 'access_denied'],
  ['urn:example:error/not-found', 'urn:example:error/not-found'],
])('AR21, AR22: the error value %j is kept as %j', (given, kept) => {
  expect(printableWord(given)).toBe(kept)
})

test('AR22: no text of a stranger keeps a control, a line separator or a bidirectional override, and none is long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
      const safe = printable(text)
      expect(safe).not.toMatch(UNSAFE)
      expect(safe.length).toBeLessThanOrEqual(301)
    }),
  )
})

test('a text is cut between characters: a surrogate pair at the limit is not torn', () => {
  const safe = printable(`${'x'.repeat(299)}😀tail`)
  expect(safe).toBe(`${'x'.repeat(299)}\uFFFD…`)
})

describe.each([
  ['AuthorizationResponseError', (texts: Texts) => new AuthorizationResponseError(texts)],
  ['EndpointError', (texts: Texts) => new EndpointError({ endpoint: 'token', status: 400, ...texts })],
])('%s', (_name, create) => {
  test('AR21: markup in the error value is not repeated, descriptions are cut to 300 characters', () => {
    const error = create({
      error: '<script>alert(1)</script>',
      error_description: `"><img src=x>${'y'.repeat(100_000)}`,
      error_uri: 'z'.repeat(400),
    })
    expect(error.error).toBe('unreadable')
    expect(error.message).not.toContain('script')
    expect(error.error_description).toHaveLength(301)
    expect(error.error_uri).toHaveLength(301)
  })

  test('AR22: CR, LF and other controls reach neither the message nor the members', () => {
    const forged = 'x\r\nSet-Cookie: a=b\n[lib] audit: ok\u001B[2J\u0085\u2028'
    const error = create({ error: forged, error_description: forged, error_uri: forged })
    for (const text of [error.message, error.error, error.error_description, error.error_uri]) expect(text).not.toMatch(UNSAFE)
    expect(error.error_description).toContain('audit: ok')
  })

  test('the message repeats the description, marked as what the server says', () => {
    expect(create({ error: 'access_denied', error_description: 'say "no"' }).message).toMatch(/ The server says: "say \\"no\\""$/)
    for (const none of [{}, { error_description: '' }]) expect(create({ error: 'access_denied', ...none }).message).not.toContain('says')
  })

  test('AR21: the description in the message is cut, and begins no markup', () => {
    const { message } = create({ error: 'access_denied', error_description: `<script>${'y'.repeat(100_000)}` })
    expect(message).not.toContain('<')
    expect(message.length).toBeLessThan(600)
  })
})

interface Texts {
  readonly error: string
  readonly error_description?: string
  readonly error_uri?: string
}
