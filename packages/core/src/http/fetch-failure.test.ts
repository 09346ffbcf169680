import { describe, expect, it } from 'vitest'
import { fetchFailureCode } from './fetch-failure.js'
import { networkError } from './network-error.js'

/** As Deno 2.9 words it. */
const CONNECT = 'error sending request for url (https://as.example/token): client error (Connect): '

function wrapped(message: string): Error {
  return new TypeError('fetch failed', { cause: new Error(message) })
}

describe('fetchFailureCode', () => {
  it('F02: is the code of the error or of its cause', () => {
    expect(fetchFailureCode(Object.assign(new TypeError('x'), { code: 'ECONNRESET' }))).toBe('ECONNRESET')
    expect(fetchFailureCode(new TypeError('x', { cause: { code: 'UND_ERR_SOCKET' } }))).toBe('UND_ERR_SOCKET')
  })

  it.each([
    [wrapped('bad port'), 'refused'],
    [new TypeError('Fetch failed: Requests to port 6000 are blocked'), 'refused'],
    [wrapped(`${CONNECT}tcp connect error: Connection refused (os error 111)`), 'refused'],
    [wrapped(`${CONNECT}dns error: failed to lookup address information: Name or service not known`), 'dns'],
    [wrapped(`${CONNECT}invalid peer certificate: UnknownIssuer`), 'tls'],
    [wrapped(`${CONNECT}received corrupt message of type InvalidContentType`), 'tls'],
  ])('F02: words of a connection that was never made: %s', (error, reason) => {
    expect(networkError('token', fetchFailureCode(error))).toMatchObject({ reason, sent: 'no' })
  })

  it.each([
    wrapped('Connection reset by peer (os error 104)'),
    wrapped('error sending request for url (https://as.example/?a=bad%20port): client error (SendRequest): connection closed'),
    new TypeError('Failed to fetch'),
    new Error('Network connection lost.'),
    { message: 1 },
  ])('F02: other words say nothing of what was sent: %s', (error) => {
    expect(fetchFailureCode(error)).toBeUndefined()
    expect(networkError('token', fetchFailureCode(error))).toMatchObject({ reason: 'reset', sent: 'maybe' })
  })
})
