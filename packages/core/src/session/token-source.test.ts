import { describe, expect, it } from 'vitest'
import { createSigner } from '../../test/signer.js'
import { memoryStore } from './memory-store.js'
import { type Answer, AS, json, NOW, sessionOver, wire } from './testing/fixture.js'
import type { TokenRecord } from './token-record.js'

const idToken = createSigner('ES256').sign({
  iss: AS,
  sub: 'alice',
  sid: 'session-7',
  aud: 'client',
  iat: NOW,
  exp: NOW + 60,
})
const about =
  (sub: string): Answer =>
  () =>
    json({ sub })

describe('OpenID Connect Core §5.3.2: whom a token that was handed in is about', () => {
  it('UserInfo about another subject than that of its ID token is refused, however it was handed in', async () => {
    const token = {
      access_token: 'a',
      id_token: idToken,
    }
    const line = wire(about('mallory'))
    const awaited = sessionOver(line)
    await awaited.setToken(token)
    const assigned = sessionOver(line)
    assigned.token = token
    for (const session of [awaited, assigned, sessionOver(line, { token })]) {
      await expect(session.userinfo()).rejects.toMatchObject({ code: 'OAUTH_USERINFO_SUB' })
      expect(session.claims).toBeUndefined()
    }
  })

  it('UserInfo about the same subject is taken; nobody counts as logged in by it', async () => {
    const session = sessionOver(wire(about('alice')))
    await session.setToken({
      access_token: 'a',
      id_token: idToken,
    })
    expect(await session.userinfo()).toEqual({ sub: 'alice' })
    expect(session.claims).toBeUndefined()
  })

  it('the record keeps subject and session id', async () => {
    const store = memoryStore<TokenRecord>()
    await sessionOver(wire(about('alice')), {
      store,
      key: 'k',
    }).setToken({
      access_token: 'a',
      id_token: idToken,
    })
    expect((await store.get('k'))?.value).toMatchObject({
      subject: 'alice',
      sid: 'session-7',
    })
  })

  it.each([undefined, 'encrypted.by.some.other.party', 'e30.e30.', createSigner('ES256').sign({ sub: 7 })])(
    'an ID token that says nothing (%#) makes nothing stricter',
    async (id_token) => {
      const session = sessionOver(wire(about('anybody')))
      await session.setToken({
        access_token: 'a',
        id_token,
      })
      expect(await session.userinfo()).toEqual({ sub: 'anybody' })
    },
  )
})
