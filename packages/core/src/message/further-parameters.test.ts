import { expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { toForm } from '../http/form.js'
import { furtherParameters } from './further-parameters.js'

const own = toForm({
  grant_type: 'g',
  code: 'c',
  redirect_uri: 'r',
  code_verifier: 'v',
  refresh_token: 't',
  scope: 's',
  username: 'u',
  password: 'p',
  resource: 'a',
  audience: 'a',
})

test.each([
  ['grant_type', '"grantType"'],
  ['code', '"authorizationResponse"'],
  ['redirect_uri', '"redirectUri"'],
  ['code_verifier', '"codeVerifier"'],
  ['refresh_token', 'setToken'],
  ['scope', 'set by "scope"'],
  ['username', 'set by "username"'],
  ['password', 'set by "password"'],
])('S20, RFC 6749 §3.2: "%s" is not sent a second time; what sets it is named', async (name, setBy) => {
  for (const parameters of [{ [name]: 'canary' }, [[name, 'canary']] as const]) {
    const error = await thrown(() => furtherParameters('token', own, parameters))
    expect(error).toMatchObject({ code: 'OAUTH_USAGE', message: expect.stringContaining(`"${name}"`) })
    expect(String(error)).toContain(setBy)
    expect(String(error)).not.toContain('canary')
  }
})

test('RFC 7009 §2.1: neither are those of a revocation', async () => {
  const revocation = toForm({ token: 't', token_type_hint: 'refresh_token' })
  for (const name of ['token', 'token_type_hint']) {
    expect(await thrown(() => furtherParameters('revocation', revocation, { [name]: 'x' }))).toMatchObject({ code: 'OAUTH_USAGE' })
  }
})

test('RFC 8707 §2, RFC 8693 §2.1: resource and audience may be there again, and any other that the request does not have', () => {
  const parameters = { resource: ['b', 'c'], audience: 'b', tenant: 't', token: 'x' }
  expect(furtherParameters('token', own, parameters)).toEqual(toForm(parameters))
})

test('one that is undefined is none', () => {
  expect(furtherParameters('token', own, { scope: undefined, client_id: null })).toEqual([])
})
