import { describe, expect, it } from 'vitest'
import { type Form, formDecode } from '../http/form.js'
import { type Consent, query } from './testing/authorization-server.js'
import type { Answered, TestBrowser } from './testing/browser.js'
import { sharedStore } from './testing/shared-store.js'
import { type Call, FORM_POST, LOGIN_COOKIE, registered, SESSION_COOKIE, type World, world } from './testing/world.js'

const CALLBACK = '/auth/demo/callback'

/** The state that an authorization URL carries. */
function stateOf(url: string): string {
  return new URL(url).searchParams.get('state') ?? ''
}

function loginCookie(state: string): string {
  return `${LOGIN_COOKIE}${state.slice(0, 16)}`
}

/** Posts an answer, as the provider's page does for `form_post`. */
function post(browser: TestBrowser<Call>, pairs: Form, path = CALLBACK): Promise<Answered> {
  return browser.go(path, { method: 'POST', headers: FORM_POST, body: { kind: 'form', pairs } })
}

/** N and Q0 of the matrix: nothing was stored, the session that was there goes on, and the code went nowhere. */
async function expectUntouched({ server }: World, browser: TestBrowser<Call>, { sub }: { sub: string | undefined }): Promise<void> {
  expect((await browser.open()).user?.sub).toBe(sub)
  expect(server.forms('token', 'authorization_code').length).toBe(sub === undefined ? 0 : 1)
}

describe('an answer that belongs to no login of this browser', () => {
  it('AR01: an answer without a transaction cookie is no_transaction; nothing is stored and nothing leaves', async () => {
    const app = world()
    const browser = app.browser()
    const answer = await browser.go(`${CALLBACK}?code=A&state=S`)
    expect(answer.error).toMatchObject({ name: 'ProtocolError', code: 'OAUTH_NO_TRANSACTION' })
    expect(answer.error).toMatchObject({ message: expect.stringContaining('The cookie is missing') })
    expect(answer.error).not.toHaveProperty('cause')
    expect(answer.cookies).toEqual([])
    expect(app.server.requests).toEqual([])
  })

  it('AR01: the same in a browser where somebody is logged in leaves that session alone', async () => {
    const app = world()
    const browser = app.browser()
    await app.login(browser, { sub: 'alice' })
    const sent = app.server.requests.length
    expect((await browser.go(`${CALLBACK}?code=A&state=S`)).error).toMatchObject({ code: 'OAUTH_NO_TRANSACTION' })
    expect(app.server.requests.length).toBe(sent)
    await expectUntouched(app, browser, { sub: 'alice' })
  })

  it.each([
    ['in cookies', () => ({})],
    ['in a store, which knows the attempt of no browser', () => ({ store: sharedStore(() => 0) })],
  ])(
    'AR01 AR02: a good answer in another browser than the one that started is no_transaction, with sessions %s',
    async (_where, options) => {
      const app = world(options())
      const answer = app.server.authorize(await app.start(app.browser()))
      const other = app.browser()
      expect((await other.go(`${CALLBACK}?${answer}`)).error).toMatchObject({ code: 'OAUTH_NO_TRANSACTION' })
      expect(app.server.forms('token')).toEqual([])
      // Nor where that browser has begun a login of its own.
      await app.start(other)
      expect((await other.go(`${CALLBACK}?${answer}`)).error).toMatchObject({ code: 'OAUTH_STATE_MISMATCH' })
      expect(app.server.forms('token')).toEqual([])
    },
  )

  it('AR03: state=x with the right cookie is state_mismatch; the honest answer still finishes', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const answer = await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: { state: 'x' } })}`)
    expect(answer.error).toMatchObject({ code: 'OAUTH_STATE_MISMATCH' })
    await expectUntouched(app, browser, { sub: undefined })
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
  })

  it('AR03: a state that differs only after the part in the cookie name is state_mismatch; the honest answer still finishes', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const state = stateOf(url)
    for (const forged of [`${state.slice(0, 16)}x`, `${state}x`, `${state.slice(0, -1)}!`, `!${state}`]) {
      const answer = await browser.go(`${CALLBACK}?${query({ code: 'A', state: forged, iss: app.server.issuer })}`)
      expect(answer.error).toMatchObject({ code: 'OAUTH_STATE_MISMATCH' })
    }
    await expectUntouched(app, browser, { sub: undefined })
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
  })

  it.each(['missing', ''])(
    'AR04: a state that is %j though one was sent is state_missing; the honest answer still finishes',
    async (kind) => {
      const app = world()
      const browser = app.browser()
      const url = await app.start(browser)
      const answer = await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: { state: kind === '' ? '' : undefined } })}`)
      expect(answer.error).toMatchObject({ code: 'OAUTH_STATE_MISSING' })
      await expectUntouched(app, browser, { sub: undefined })
      expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
    },
  )
})

describe('an answer is used once', () => {
  it('AR05: the same good callback twice at once makes one token request; the second is transaction_used', async () => {
    const app = world()
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser))
    const twin = browser.copy()
    const answers = await Promise.all([browser.go(`${CALLBACK}?${answer}`), twin.go(`${CALLBACK}?${answer}`)])
    expect(answers.map(({ status }) => status).sort()).toEqual([0, 303])
    expect(answers.find(({ status }) => status === 0)?.error).toMatchObject({ code: 'OAUTH_TRANSACTION_USED' })
    expect(app.server.forms('token')).toHaveLength(1)
  })

  it('AR05: the back button after the login, with the session alive, goes on where the login did', async () => {
    const app = world()
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser, { returnTo: '/items' }))
    expect((await browser.go(`${CALLBACK}?${answer}`)).location).toBe('/items')
    const again = await browser.go(`${CALLBACK}?${answer}`)
    expect(again).toMatchObject({ status: 303, location: '/items', error: undefined })
    expect(app.server.forms('token')).toHaveLength(1)
    expect((await browser.open()).user?.sub).toBe('alice')
  })

  it('AR05: where the login went on is told to who is logged in by it, and to nobody else', async () => {
    const app = world()
    const [browser, other] = [app.browser(), app.browser()]
    const answer = app.server.authorize(await app.start(browser, { returnTo: '/secret-page' }))
    await browser.go(`${CALLBACK}?${answer}`)
    await app.login(other, { sub: 'bob' })
    expect((await other.go(`${CALLBACK}?${answer}`)).location).toBe('/')
    expect((await app.browser().go(`${CALLBACK}?${answer}`)).error).toMatchObject({ code: 'OAUTH_TRANSACTION_USED' })
    // Also where the provider was asked once more, by its page of before, and has made another code.
    const again = answer.replace(/code=[^&]*/, 'code=another')
    expect((await browser.go(`${CALLBACK}?${again}`)).location).toBe('/secret-page')
    expect(app.server.forms('token')).toHaveLength(2)
  })

  it('AR05: a second submit whose cookie of the attempt was not cleared yet goes on where the first did', async () => {
    const app = world()
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser, { returnTo: '/items' }))
    const before = new Map(browser.jar)
    await browser.go(`${CALLBACK}?${answer}`)
    for (const instance of [app.routes, app.instance()]) {
      for (const [name, value] of before) browser.jar.set(name, value)
      expect(await browser.at(instance).go(`${CALLBACK}?${answer}`)).toMatchObject({ status: 303, location: '/items', error: undefined })
      expect([...browser.jar.keys()]).toEqual([SESSION_COOKIE])
    }
    // Where the process that took the answer is gone, and the cookie with it, who is logged in by it is logged in all the same.
    expect(await browser.at(app.instance()).go(`${CALLBACK}?${answer}`)).toMatchObject({ status: 303, location: '/', error: undefined })
    expect(app.server.forms('token')).toHaveLength(1)
  })

  it('AR05: what a store has of where a login went on is checked before anybody is sent there', async () => {
    const store = sharedStore(() => 0)
    const app = world({ store })
    const browser = app.browser()
    const url = await app.start(browser, { returnTo: '/items' })
    const answer = app.server.authorize(url)
    await browser.go(`${CALLBACK}?${answer}`)
    expect((await browser.at(app.instance()).go(`${CALLBACK}?${answer}`)).location).toBe('/items')
    const key = `tx:${stateOf(url).slice(0, 16)}`
    for (const returnTo of ['https://evil.example/', '//evil.example', 7]) {
      await store.delete(key)
      await store.compareAndSet(key, null, { v: 1, returnTo }, { ttl: 600 })
      expect((await browser.go(`${CALLBACK}?${answer}`)).location).toBe('/')
    }
  })

  it('AR05: the back button after the logout is transaction_used', async () => {
    const app = world()
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser))
    await browser.go(`${CALLBACK}?${answer}`)
    await browser.go('/auth/logout', { method: 'POST' })
    expect((await browser.go(`${CALLBACK}?${answer}`)).error).toMatchObject({ code: 'OAUTH_TRANSACTION_USED' })
    expect(app.server.forms('token')).toHaveLength(1)
  })

  it('AR05: a copy of the transaction cookie, kept by a thief, cannot bring the answer in again', async () => {
    const app = world()
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser))
    const thief = browser.copy()
    await browser.go(`${CALLBACK}?${answer}`)
    app.server.requests.length = 0
    expect((await thief.go(`${CALLBACK}?${answer}`)).error).toMatchObject({ code: 'OAUTH_TRANSACTION_USED' })
    expect(app.server.requests).toEqual([])
  })
})

describe('the transaction cookie', () => {
  it('AR06: an answer 10 minutes and a second after the start is transaction_expired; nothing leaves, not even discovery', async () => {
    const app = world()
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser))
    app.clock.time += 601
    const restarted = browser.at(app.instance())
    app.server.requests.length = 0
    const late = await restarted.go(`${CALLBACK}?${answer}`)
    expect(late.error).toMatchObject({ code: 'OAUTH_TRANSACTION_EXPIRED', message: expect.stringMatching(/start it again/i) })
    expect(app.server.requests).toEqual([])
    await expectUntouched(app, browser, { sub: undefined })
  })

  it('AR06: at 10 minutes it still finishes', async () => {
    const app = world()
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser))
    app.clock.time += 600
    expect((await browser.go(`${CALLBACK}?${answer}`)).status).toBe(303)
  })

  const hostile: Record<string, (sealed: string) => string> = {
    truncated: (sealed) => sealed.slice(0, -5),
    'cut in half': (sealed) => sealed.slice(0, sealed.length / 2),
    'bit-flipped': (sealed) => sealed.replace(/.(?=.{40}$)/, (character) => (character === 'A' ? 'B' : 'A')),
    'bit-flipped in its header': (sealed) => (sealed[5] === 'A' ? `${sealed.slice(0, 5)}B` : `${sealed.slice(0, 5)}A`) + sealed.slice(6),
    empty: () => '',
    'no JWE': () => 'hello',
    'of the right form and no content': () => 'e30....',
    '1 MiB': (sealed) => sealed.padEnd(1_048_576, 'A'),
    'JSON in clear': () => encodeURIComponent(JSON.stringify({ v: 1, type: 'authorization', state: 'S' })),
  }
  it.each(Object.entries(hostile))('AR07: a transaction cookie that is %s is no_transaction', async (_name, spoil) => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const name = loginCookie(stateOf(url))
    browser.jar.set(name, spoil(browser.jar.get(name) ?? ''))
    const answer = await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)
    expect(answer.error).toMatchObject({ name: 'ProtocolError', code: 'OAUTH_NO_TRANSACTION' })
    await expectUntouched(app, browser, { sub: undefined })
  })

  it('AR07: a transaction cookie sealed by another secret is no_transaction, and the error says so, beside cookies of other logins, too', async () => {
    const app = world()
    const browser = app.browser()
    const answers = [app.server.authorize(await app.start(browser))]
    const other = browser.at(app.instance({ secret: 'the second secret of the application, long enough' }))
    const only = await other.go(`${CALLBACK}?${answers[0]}`)
    answers.push(app.server.authorize(await app.start(browser)))
    for (const { error } of [only, await other.go(`${CALLBACK}?${answers[1]}`)]) {
      expect(error).toMatchObject({
        code: 'OAUTH_NO_TRANSACTION',
        message: expect.stringMatching(/a cookie of this login is there, .*cannot open it: .*"secret" is another one/),
        cause: expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('Give all instances the same secret') }),
      })
    }
    expect(app.server.forms('token')).toEqual([])
  })

  it('AR07: two transaction cookies of one name are no_transaction: neither is chosen', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const request = browser.request(`${CALLBACK}?${app.server.authorize(url)}`)
    const doubled = { ...request, cookies: [...request.cookies, ...request.cookies] }
    const route = app.routes.match(request.url) ?? { name: 'user' }
    const visit = await app.routes.open(doubled, { writable: () => true })
    await expect(app.routes.handle(route, visit)).rejects.toMatchObject({ code: 'OAUTH_NO_TRANSACTION' })
  })
})

describe('mix-up and swaps', () => {
  const two = { demo: registered, other: { ...registered, issuer: 'https://other.example', clientId: 'client-2' } }

  it("AR08: a login begun at one provider is provider_mismatch at another's callback; nothing leaves", async () => {
    const app = world({ providers: two })
    const browser = app.browser()
    const url = await app.start(browser)
    app.server.requests.length = 0
    expect((await browser.go(`/auth/other/callback?${app.server.authorize(url)}`)).error).toMatchObject({ code: 'OAUTH_PROVIDER_MISMATCH' })
    expect(app.server.requests).toEqual([])
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
  })

  it('AR08: the same for two providers with one issuer', async () => {
    const app = world({ providers: { demo: registered, office: { ...registered, scope: 'openid office' } } })
    const browser = app.browser()
    const url = await app.start(browser)
    expect((await browser.go(`/auth/office/callback?${app.server.authorize(url)}`)).error).toMatchObject({
      code: 'OAUTH_PROVIDER_MISMATCH',
    })
    expect(app.server.forms('token')).toEqual([])
  })

  it('AR09: iss of another server than the transaction is iss_mismatch; the code is sent nowhere', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const answer = await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: { iss: 'https://honest.example' } })}`)
    expect(answer.error).toMatchObject({ code: 'OAUTH_ISS_MISMATCH' })
    await expectUntouched(app, browser, { sub: undefined })
  })

  it.each(['HTTPS://as.example', 'https://AS.example', 'https://as.example:443', 'https://as.example/', 'https://%61s.example'])(
    'AR12: iss=%s is compared as a plain string',
    async (iss) => {
      const app = world()
      const browser = app.browser()
      const url = await app.start(browser)
      expect((await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: { iss } })}`)).error).toMatchObject({
        code: 'OAUTH_ISS_MISMATCH',
      })
      expect(app.server.forms('token')).toEqual([])
    },
  )

  it('AR10: no iss though the metadata announces it is iss_missing; nothing leaves', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: { iss: undefined } })}`)).error).toMatchObject({
      code: 'OAUTH_ISS_MISSING',
    })
    await expectUntouched(app, browser, { sub: undefined })
  })

  it('AR10: no iss where the metadata does not announce it is fine', async () => {
    const app = world()
    app.server.metadata = { authorization_response_iss_parameter_supported: undefined }
    expect((await app.login(app.browser(), { answer: { iss: undefined } })).status).toBe(303)
  })

  it('AR13: an error of another issuer is iss_mismatch; its text is not shown', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const wrong = { code: undefined, error: 'access_denied', error_description: 'call 0900 1234', iss: 'https://evil.example' }
    const { error } = await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: wrong })}`)
    expect(error).toMatchObject({ code: 'OAUTH_ISS_MISMATCH' })
    expect(String(error)).not.toContain('0900')
  })

  it('JK08: a token endpoint that changed between login and callback ends the login; the code is sent nowhere', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    app.server.metadata = { token_endpoint: 'https://as.example/evil' }
    const answer = await browser.at(app.instance()).go(`${CALLBACK}?${app.server.authorize(url)}`)
    expect(answer.error).toMatchObject({ code: 'OAUTH_ENDPOINT_CHANGED' })
    expect(app.server.forms('token')).toEqual([])
  })
})

describe('what the answer says', () => {
  const doubled = ['code', 'state', 'iss', 'error', 'response']

  it.each(doubled)('AR14: a doubled "%s" in the query is duplicate_param; nothing leaves', async (name) => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const answer = app.server.authorize(url)
    const again = query({ [name]: new URLSearchParams(answer).get(name) ?? 'a' })
    const more = name === 'error' || name === 'response' ? `${again}&${again}` : again
    app.server.requests.length = 0
    expect((await browser.go(`${CALLBACK}?${answer}&${more}`)).error).toMatchObject({ code: 'OAUTH_DUPLICATE_PARAM' })
    expect(app.server.requests).toEqual([])
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
  })

  it.each(doubled)('AR14: a doubled "%s" in a form_post is duplicate_param; nothing leaves', async (name) => {
    const app = world({}, { responseMode: 'form_post' })
    const browser = app.browser()
    const answer = formDecode(app.server.authorize(await app.start(browser)))
    const pair = answer.find((one) => one[0] === name) ?? ([name, 'a'] as const)
    app.server.requests.length = 0
    const posted = await post(browser, [...answer, pair, ...(name === 'error' || name === 'response' ? [pair] : [])])
    expect(posted.error).toMatchObject({ code: 'OAUTH_DUPLICATE_PARAM' })
    expect(app.server.requests).toEqual([])
  })

  it('AR15: code and error together is the error; the code is not used, and the attempt is over', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const { error } = await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: { error: 'access_denied' } })}`)
    expect(error).toMatchObject({ name: 'AuthorizationResponseError', error: 'access_denied' })
    await expectUntouched(app, browser, { sub: undefined })
    expect([...browser.jar.keys()]).toEqual([])
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).error).toMatchObject({ code: 'OAUTH_TRANSACTION_USED' })
  })

  it.each([{ code: undefined }, { code: '' }])('AR16: an answer with %j is no_code; nothing leaves', async (answer) => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    app.server.requests.length = 0
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer })}`)).error).toMatchObject({ code: 'OAUTH_NO_CODE' })
    expect(app.server.requests).toEqual([])
  })

  it.each(['access_token', 'id_token'])('AR17: a %s beside the code is refused and never used', async (name) => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const { error } = await browser.go(`${CALLBACK}?${app.server.authorize(url, { answer: { [name]: 'injected' } })}`)
    expect(error).toMatchObject({ code: 'OAUTH_UNEXPECTED_TOKEN' })
    expect(String(error)).not.toContain('injected')
    await expectUntouched(app, browser, { sub: undefined })
  })

  it('AR18: a POST where the query was asked for is mode_mismatch; nothing leaves', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    app.server.requests.length = 0
    expect((await post(browser, formDecode(app.server.authorize(url)))).error).toMatchObject({ code: 'OAUTH_MODE_MISMATCH' })
    expect(app.server.requests).toEqual([])
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).status).toBe(303)
  })

  it('AR18: a GET where form_post was asked for is mode_mismatch; nothing leaves', async () => {
    const app = world({}, { responseMode: 'form_post' })
    const browser = app.browser()
    const url = await app.start(browser)
    app.server.requests.length = 0
    expect((await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)).error).toMatchObject({ code: 'OAUTH_MODE_MISMATCH' })
    expect(app.server.requests).toEqual([])
    expect((await post(browser, formDecode(app.server.authorize(url)))).status).toBe(303)
  })

  it('AR18: parameters in the query of a form_post are not read', async () => {
    const app = world({}, { responseMode: 'form_post' })
    const browser = app.browser()
    const answer = app.server.authorize(await app.start(browser))
    expect((await post(browser, [], `${CALLBACK}?${answer}`)).error).toMatchObject({ code: 'OAUTH_STATE_MISSING' })
  })

  it.each([
    ['unsupported', 415],
    ['too_large', 413],
  ] as const)('AR19: a form_post whose body is %s is %i before anything is parsed', async (kind, status) => {
    const app = world({}, { responseMode: 'form_post' })
    const browser = app.browser()
    await app.start(browser)
    expect((await browser.go(CALLBACK, { method: 'POST', headers: FORM_POST, body: { kind } })).status).toBe(status)
    expect((await browser.go(CALLBACK, { method: 'POST', headers: FORM_POST })).status).toBe(415)
  })

  it('AR20, C21: a form_post with error=login_required is that error; nothing is stored, nothing leaves', async () => {
    const app = world({}, { responseMode: 'form_post', authorizationParameters: { prompt: 'none', max_age: 0 } })
    const browser = app.browser()
    const url = await app.start(browser)
    app.server.requests.length = 0
    const { error } = await post(browser, formDecode(app.server.authorize(url, { answer: { code: undefined, error: 'login_required' } })))
    expect(error).toMatchObject({ name: 'AuthorizationResponseError', error: 'login_required' })
    expect(app.server.requests).toEqual([])
    await expectUntouched(app, browser, { sub: undefined })
  })

  it("AR23: the attacker's transaction with the victim's code fails on the nonce, though the server ignores PKCE", async () => {
    const app = world()
    const attacker = app.browser()
    const victim = app.browser()
    const own = await app.start(attacker)
    const stolen = new URLSearchParams(app.server.authorize(await app.start(victim), { sub: 'victim' })).get('code') ?? ''
    const { error, cookies } = await attacker.go(`${CALLBACK}?${query({ code: stolen, state: stateOf(own), iss: app.server.issuer })}`)
    expect(error).toMatchObject({ code: 'OAUTH_ID_TOKEN_NONCE' })
    expect(cookies).toEqual([expect.objectContaining({ name: loginCookie(stateOf(own)), maxAge: 0 })])
    expect((await attacker.open()).user).toBeUndefined()
    expect((await attacker.go(`${CALLBACK}?${app.server.authorize(own)}`)).error).toMatchObject({ code: 'OAUTH_TRANSACTION_USED' })
  })
})

describe('B10: the callback finishes the login', () => {
  it('redeems the code once with verifier and redirect URI, verifies the ID token, and begins the session', async () => {
    const app = world()
    const browser = app.browser()
    const url = await app.start(browser)
    const { status, location } = await browser.go(`${CALLBACK}?${app.server.authorize(url)}`)
    expect([status, location]).toEqual([303, '/'])
    const [form = {}] = app.server.forms('token')
    expect(form).toMatchObject({ grant_type: 'authorization_code', code: 'code-1', redirect_uri: `https://app.example${CALLBACK}` })
    expect(form['code_verifier']).toMatch(/^[\w-]{43,128}$/)
    expect(browser.jar.has(SESSION_COOKIE)).toBe(true)
    const visit = await browser.open()
    expect([visit.provider, visit.user]).toEqual(['demo', expect.objectContaining({ iss: app.server.issuer, sub: 'alice' })])
  })

  it('B11: with openid asked for and no ID token in the answer the login fails', async () => {
    const app = world()
    app.server.token = { id_token: null }
    const browser = app.browser()
    expect((await app.login(browser)).error).toMatchObject({ code: 'OAUTH_ID_TOKEN_MISSING' })
    expect((await browser.open()).user).toBeUndefined()
  })

  it.each<[string, Consent]>([
    ['another audience', { claims: { aud: 'somebody-else' } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['an exp in the past', { claims: { exp: 1 } }],
  ])('B11: an ID token with %s fails the login and leaves the session that was there', async (_name, consent) => {
    const app = world()
    const browser = app.browser()
    await app.login(browser)
    const { error, cookies } = await app.login(browser, { ...consent, sub: 'mallory' })
    expect(error).toMatchObject({ name: 'ProtocolError', code: expect.stringMatching(/^OAUTH_ID_TOKEN_/) })
    expect(cookies.filter(({ name }) => name.includes('session'))).toEqual([])
    expect((await browser.open()).user?.sub).toBe('alice')
  })
})
