import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { ISSUER } from '../../test/parties.js'
import { isOAuthError } from '../error/any-oauth-error.js'
import { type Form, formDecode } from '../http/form.js'
import { authorizationResponse } from './authorization-response.js'

const transaction = { state: 'ok' }
const server = { issuer: ISSUER }
const announcing = { ...server, authorization_response_iss_parameter_supported: true }

const read = (query: string | Form, metadata: Parameters<typeof authorizationResponse>[2] = server) =>
  authorizationResponse(typeof query === 'string' ? formDecode(query) : query, transaction, metadata)

const refusal = (code: string, reference: string) => ({ name: 'ProtocolError', code, reference })

test('a code with the right state is taken, with and without "iss", beside parameters of extensions', () => {
  expect(read('code=A&state=ok')).toEqual({ code: 'A' })
  expect(read(`code=A&state=ok&iss=${ISSUER}`, announcing)).toEqual({ code: 'A' })
  expect(read('code=A&state=ok&session_state=x&scope=a+b&x=1&x=2')).toEqual({ code: 'A' })
})

describe('state', () => {
  test.each(['x', 'OK', 'ok ', 'o', 'okk'])('AR03: forged state: %j', async (state) => {
    expect(
      await thrown(() =>
        read([
          ['code', 'A'],
          ['state', state],
        ]),
      ),
    ).toMatchObject(refusal('OAUTH_STATE_MISMATCH', 'RFC 6749 §10.12'))
  })

  test.each(['code=A', 'code=A&state='])('AR04: state dropped: %j', async (query) => {
    expect(await thrown(() => read(query))).toMatchObject(refusal('OAUTH_STATE_MISSING', 'RFC 6749 §4.1.2'))
  })

  test('S21: the state is checked before the code, and before the error', async () => {
    expect(await thrown(() => read('state=x'))).toMatchObject({ code: 'OAUTH_STATE_MISMATCH' })
    expect(await thrown(() => read('error=access_denied'))).toMatchObject({ code: 'OAUTH_STATE_MISSING' })
  })

  test('C11: there is no login without a state to compare', async () => {
    expect(await thrown(() => authorizationResponse(formDecode('code=A&state='), { state: '' }, server))).toMatchObject({
      code: 'OAUTH_STATE_MISSING',
    })
  })
})

describe('iss', () => {
  test('AR09: mix-up: the iss of an honest server in a login that was started at another', async () => {
    const attacker = { issuer: 'https://attacker.example' }
    expect(await thrown(() => read(`code=A&state=ok&iss=${ISSUER}`, attacker))).toMatchObject(
      refusal('OAUTH_ISS_MISMATCH', 'RFC 9207 §2.4'),
    )
  })

  test('AR10, B31, RFC 9207 §2.4: rejects a missing iss when advertised', async () => {
    expect(await thrown(() => read('code=A&state=ok', announcing))).toMatchObject(refusal('OAUTH_ISS_MISSING', 'RFC 9207 §2.4'))
    expect(await thrown(() => read('error=access_denied&state=ok', announcing))).toMatchObject(
      refusal('OAUTH_ISS_MISSING', 'RFC 9207 §2.4'),
    )
  })

  test.each(['HTTPS://as.example', 'https://AS.example', 'https://as.example:443', 'https://as.example/', 'https://as.example/co%6D', ''])(
    'AR12: issuer normalisation: %j is another issuer',
    async (iss) => {
      expect(
        await thrown(() =>
          read([
            ['code', 'A'],
            ['state', 'ok'],
            ['iss', iss],
          ]),
        ),
      ).toMatchObject(refusal('OAUTH_ISS_MISMATCH', 'RFC 9207 §2.4'))
    },
  )

  test('AR12: an encoded path is not decoded', async () => {
    const tenant = { issuer: 'https://as.example/com' }
    expect(
      await thrown(() =>
        read(
          [
            ['code', 'A'],
            ['state', 'ok'],
            ['iss', 'https://as.example/co%6D'],
          ],
          tenant,
        ),
      ),
    ).toMatchObject({ code: 'OAUTH_ISS_MISMATCH' })
  })

  test('AR13: error from the wrong server: its text is not shown', async () => {
    const error = await thrown(() => read('error=access_denied&error_description=call+555&iss=evil&state=ok'))
    expect(error).toMatchObject(refusal('OAUTH_ISS_MISMATCH', 'RFC 9207 §2.4'))
    expect(JSON.stringify(error) + String(error)).not.toMatch(/access_denied|555|evil/)
  })

  test('a server without an issuer has nothing to compare with', () => {
    expect(read('code=A&state=ok&iss=anything', {})).toEqual({ code: 'A' })
  })
})

test.each(['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'response', 'access_token', 'id_token'])(
  'AR14: parameter pollution: doubled %s, alike or not',
  async (name) => {
    const honest: Form = [
      ['code', 'A'],
      ['state', 'ok'],
      ['iss', ISSUER],
    ].filter((pair) => pair[0] !== name) as never
    for (const [first, second] of [
      ['a', 'b'],
      ['ok', 'ok'],
      ['ok', ''],
      [ISSUER, ISSUER],
    ] as const) {
      expect(await thrown(() => read([[name, first], ...honest, [name, second]]))).toMatchObject(
        refusal('OAUTH_DUPLICATE_PARAM', 'RFC 6749 §3.1'),
      )
    }
  },
)

test('AR14 comes before AR03: a doubled parameter is refused whatever the state', async () => {
  expect(await thrown(() => read('code=a&code=b&state=x'))).toMatchObject({ code: 'OAUTH_DUPLICATE_PARAM' })
})

describe('error', () => {
  test('AR15: code plus error: the error is what counts', async () => {
    const error = await thrown(() => read('code=canary&error=access_denied&error_description=No&error_uri=https://as.example/why&state=ok'))
    expect(error).toMatchObject({
      name: 'AuthorizationResponseError',
      code: 'OAUTH_AUTHORIZATION_RESPONSE',
      error: 'access_denied',
      error_description: 'No',
      error_uri: 'https://as.example/why',
    })
    expect(JSON.stringify(error) + String(error)).not.toContain('canary')
  })

  test('LG05: state, nonce and whatever else the answer carries are cut out of the error and its texts', async () => {
    const kept = { state: 'canary-state+/=', nonce: 'canary-nonce' }
    const echo = `canary-state+/= ${encodeURIComponent(kept.state)} canary-nonce canary-code canary-token c`
    const parameters: Form = [
      ['state', kept.state],
      ['code', 'canary-code'],
      ['access_token', 'canary-token'],
      ['error', echo],
      ['error_description', echo],
      ['error_uri', `https://as.example/?${echo}`],
    ]
    const error = (await thrown(() => authorizationResponse(parameters, kept, server))) as Error & { error_description: string }
    expect(JSON.stringify(error) + String(error) + error.stack).not.toContain('canary')
    expect(error.error_description).toBe('[redacted] [redacted] [redacted] [redacted] [redacted] c')
  })

  test('an error word of the standard is understood, though the code is a part of it', async () => {
    expect(await thrown(() => read('code=a&error=access_denied&error_description=as+said&state=ok'))).toMatchObject({
      error: 'access_denied',
      error_description: '[redacted]s s[redacted]id',
    })
  })

  test('the message repeats what the server says', async () => {
    expect(String(await thrown(() => read('error=access_denied&error_description=Cancelled+by+user&state=ok')))).toMatch(
      /"access_denied".*The server says: "Cancelled by user"$/,
    )
  })

  test.each(['login_required', 'server_error', 'own_word', ''])(
    'C1: error=%s is an error, never a reason to try another grant',
    async (word) => {
      expect(await thrown(() => read(`error=${word}&state=ok`))).toMatchObject({ name: 'AuthorizationResponseError' })
    },
  )

  test('AR03: an error with a foreign state is not the answer to this login', async () => {
    expect(await thrown(() => read('error=access_denied&state=x'))).toMatchObject({ code: 'OAUTH_STATE_MISMATCH' })
  })

  test('AR21, AR22: markup and header breaks of the URL are in no message', async () => {
    const query = 'error=%3Cscript%3E%0d%0aSet-Cookie:a&error_description=%22%3E%3Cimg%0a[lib]+audit:+ok&state=ok'
    const error = (await thrown(() => read(query))) as Error & { error_description: string }
    expect(error.message).not.toMatch(/<|script|Set-Cookie|[\r\n]/)
    expect(error.error_description).not.toMatch(/[\r\n]/)
    for (const state of ['x%0d%0aSet-Cookie:a', 'x%0a[lib]']) {
      expect(((await thrown(() => read(`code=A&state=${state}`))) as Error).message).not.toMatch(/[\r\n]|Set-Cookie|lib/)
    }
    expect(((await thrown(() => read('code=A&state=ok&iss=x%0d%0aSet-Cookie:a'))) as Error).message).not.toMatch(/[\r\n]|Set-Cookie/)
  })
})

test.each(['state=ok', 'code=&state=ok', 'response=jwt&state=ok', 'error_code=5&state=ok', 'xcode=A&state=ok'])(
  'AR16, C4: empty answer: %j',
  async (query) => {
    expect(await thrown(() => read(query))).toMatchObject(refusal('OAUTH_NO_CODE', 'RFC 6749 §4.1.2'))
  },
)

test.each(['access_token=canary', 'id_token=canary', 'code=A&access_token=canary', 'code=A&id_token=canary', 'code=A&id_token='])(
  'AR17: token injection: %s in the answer to response type code',
  async (query) => {
    const error = await thrown(() => read(`${query}&state=ok`))
    expect(error).toMatchObject(refusal('OAUTH_UNEXPECTED_TOKEN', 'RFC 9700 §2.1.2'))
    expect(JSON.stringify(error) + String(error)).not.toContain('canary')
  },
)

test('RX10: whatever comes, it is a code or an error of this library', () => {
  const name = fc.constantFrom('code', 'state', 'iss', 'error', 'error_description', 'access_token', 'response', 'x', '__proto__')
  const value = fc.oneof(fc.constantFrom('ok', ISSUER, ''), fc.string({ unit: 'binary', maxLength: 10 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (form) => {
      try {
        expect(read(form).code).not.toBe('')
      } catch (error) {
        if (!isOAuthError(error)) throw error
      }
    }),
    { numRuns: 1000 },
  )
})
