import { describe, expect, it } from 'vitest'
import { API, json, sessionOver, wire } from './testing/fixture.js'

function made() {
  const line = wire(() => json({}))
  return {
    line,
    session: sessionOver(line, { token: { access_token: 'a' } }),
  }
}

describe('S5: options that nothing reads', () => {
  it.each([
    ['refreshToken', 'refresh_token', 'scope'],
    ['refreshToken', 'refreshToken', 'scope'],
    ['revokeToken', 'token_type_hint', 'tokenTypeHint'],
    ['createLogoutUrl', 'post_logout_redirect_uri', 'postLogoutRedirectUri'],
    ['createLogoutUrl', 'returnTo', 'postLogoutRedirectUri'],
  ] as const)('%s refuses "%s" and names those it has', async (method, option, known) => {
    const { line, session } = made()
    const call = session[method]({ [option]: 'canary' })
    await expect(call).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(new RegExp(`^${method}: there is no option "${option}".*${known}`)),
    })
    await expect(call).rejects.not.toThrow('canary')
    expect(line.requests).toHaveLength(0)
  })

  it('verifyIdToken too: a check that was asked for by a wrong name would be left out', async () => {
    const { line, session } = made()
    await expect(session.verifyIdToken('e30.e30.', { max_age: 1 } as never)).rejects.toThrow(
      /^verifyIdToken: there is no option "max_age".*maxAge/,
    )
    expect(line.requests).toHaveLength(0)
  })

  it.each([undefined, { id_token: 'x' }])('verifyIdToken of %j, which is no text, is a UsageError', async (idToken) => {
    await expect(made().session.verifyIdToken(idToken as never)).rejects.toMatchObject({ name: 'UsageError' })
  })

  it('B17: those of a logout are all taken', async () => {
    const { url, state } = await made().session.createLogoutUrl({
      idTokenHint: 'i',
      clientId: 'c',
      postLogoutRedirectUri: `${API}/bye`,
      state: 's',
      logoutHint: 'l',
      uiLocales: 'de',
    })
    expect(state).toBe('s')
    expect([...new URL(url).searchParams]).toEqual([
      ['id_token_hint', 'i'],
      ['client_id', 'c'],
      ['post_logout_redirect_uri', `${API}/bye`],
      ['state', 's'],
      ['logout_hint', 'l'],
      ['ui_locales', 'de'],
    ])
  })
})
