import { expect, test } from 'vitest'
import { answer, json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { client, server } from '../../test/parties.js'
import { formDecode } from '../http/form.js'
import { revoke } from './revoke.js'
import { tokenGrant } from './token.js'
import { userinfo } from './userinfo.js'

const ask = (subject?: string) => userinfo(server, client, { accessToken: 'the-token', subject })
const environment = testEnvironment()

test('UI04: userinfo, by hand: the token travels in the header', async () => {
  const flow = ask('alice')
  const { value: request } = await flow.next()
  expect(request).toMatchObject({
    endpoint: 'userinfo',
    method: 'GET',
    url: server.userinfo_endpoint,
    headers: { authorization: 'Bearer the-token' },
  })
  expect(await flow.next(json({ sub: 'alice', name: 'Alice' }))).toEqual({ done: true, value: { sub: 'alice', name: 'Alice' } })
})

test('UI01: token substitution: another sub ends the flow', async () => {
  expect(await play(ask('alice'), json({ sub: 'mallory' }))).toMatchObject({ error: { code: 'OAUTH_USERINFO_SUB' } })
})

test('UI05: claims of the ID token in the answer are data of the answer, not claims of the login', async () => {
  const claims = { sub: 'alice', iss: 'https://evil.example', aud: 'evil', nonce: 'evil', exp: 1, sid: 'evil' }
  expect((await play(ask('alice'), json(claims))).value).toEqual(claims)
})

test.each([401, 403, 500])('UI06: status %d ends the flow after one request', async (status) => {
  const played = await play(ask(), answer(status), json({ sub: 'alice' }))
  expect(played.error).toMatchObject({ endpoint: 'userinfo', status })
  expect(played.requests).toHaveLength(1)
})

test('S59: revocation, by hand', async () => {
  const flow = revoke(server, client, { environment, token: 'R', token_type_hint: 'refresh_token' })
  const { value: request } = await flow.next()
  expect(request).toMatchObject({
    endpoint: 'revocation',
    method: 'POST',
    url: server.revocation_endpoint,
    body: 'token=R&token_type_hint=refresh_token',
  })
  const gone = answer(200)
  expect(await flow.next(gone)).toMatchObject({ done: true, value: { response: gone } })
})

test('S34, S35, S36: any grant is its parameters', async () => {
  const grant = [
    ['grant_type', 'urn:example:own'],
    ['scope', 'a'],
    ['actor', 'x'],
    ['actor', 'y'],
  ] as const
  const { requests, value } = await play(
    tokenGrant(server, client, { environment, grant }),
    json({ access_token: 'A', token_type: 'Bearer', expires_in: 5 }),
  )
  expect(formDecode(requests[0]?.body ?? '')).toEqual(grant)
  expect(value).toEqual({ access_token: 'A', token_type: 'Bearer', expires_in: 5, scope: 'a', expires_at: NOW + 5 })
})

test('S28: a lifetime counts from when the request was made, not from when the answer was read', async () => {
  const clock = testEnvironment()
  const flow = tokenGrant(server, client, { environment: clock, grant: [['grant_type', 'client_credentials']] })
  await flow.next()
  clock.time += 9
  expect(await flow.next(json({ access_token: 'A', token_type: 'Bearer', expires_in: 60 }))).toMatchObject({
    value: { expires_at: NOW + 60 },
  })
})
