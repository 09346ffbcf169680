import { expect, test } from 'vitest'
import { json, play } from '../../test/answers.js'
import { NOW, testEnvironment } from '../../test/environment.js'
import { client, server } from '../../test/parties.js'
import { formDecode } from '../http/form.js'
import { refreshAccessToken } from './refresh-access-token.js'

const environment = testEnvironment()
const old = { access_token: 'A1', token_type: 'Bearer', refresh_token: 'R1', scope: 'a b', id_token: 'old.id.token', 'x-own': 1 }
const renewed = { access_token: 'A2', token_type: 'Bearer' }

test('RFC 6749 §6: the refresh token is sent, and no scope unless one is given', async () => {
  const { requests } = await play(refreshAccessToken(server, client, { environment, token: old }), json(renewed))
  expect(requests[0]).toMatchObject({ url: server.token_endpoint, body: 'grant_type=refresh_token&refresh_token=R1' })

  const narrowed = refreshAccessToken(server, client, { environment, token: old, scope: 'a', parameters: { resource: 'x' } })
  const { requests: others } = await play(narrowed, json(renewed))
  expect(formDecode(others[0]?.body ?? '').slice(2)).toEqual([
    ['scope', 'a'],
    ['resource', 'x'],
  ])
})

test('RF07: the old refresh token and scope are kept where the answer has none, and nothing else is', async () => {
  const { value } = await play(refreshAccessToken(server, client, { environment, token: old }), json({ ...renewed, expires_in: 60 }))
  expect(value).toEqual({ ...renewed, refresh_token: 'R1', scope: 'a b', expires_in: 60, expires_at: NOW + 60 })
})

test('RF07: those of the answer take their place', async () => {
  const { value } = await play(
    refreshAccessToken(server, client, { environment, token: old }),
    json({ ...renewed, refresh_token: 'R2', scope: 'a' }),
  )
  expect(value).toEqual({ ...renewed, refresh_token: 'R2', scope: 'a' })
})

test('an ID token in the answer, which nobody verifies here, is left out; no key is asked for', async () => {
  const { value, requests } = await play(
    refreshAccessToken(server, client, { environment, token: old }),
    json({ ...renewed, id_token: 'new.id.token' }),
  )
  expect(value).not.toHaveProperty('id_token')
  expect(requests).toHaveLength(1)
})

test('RFC 6749 §5.2: invalid_grant', async () => {
  const { error } = await play(refreshAccessToken(server, client, { environment, token: old }), json({ error: 'invalid_grant' }, 400))
  expect(error).toMatchObject({ name: 'EndpointError', error: 'invalid_grant', message: expect.stringContaining('refresh token') })
})
