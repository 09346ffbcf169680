import { describe, expect, it } from 'vitest'
import type { AuthorizationUrlOptions } from './authorization-url.js'
import { json, sessionOver, wire } from './testing/fixture.js'

const session = sessionOver(
  wire(() => json({})),
  {
    authorizationParameters: {
      prompt: 'consent',
      audience: 'a',
    },
  },
)

async function parametersOf(options: object): Promise<Record<string, string[]>> {
  const query = new URL((await session.createAuthorizationUrl(options as AuthorizationUrlOptions)).url).searchParams
  return Object.fromEntries(['prompt', 'audience', 'resource'].map((name) => [name, query.getAll(name)]))
}

describe('parameters of an authorization request', () => {
  it.each([
    ['nothing', {}, ['consent']],
    ['a parameter by its wire name', { prompt: 'login' }, ['login']],
    ['parameters as an object', { parameters: { prompt: 'login' } }, ['login']],
    ['parameters as a form', { parameters: [['prompt', 'login']] }, ['login']],
    ['undefined, by its wire name', { prompt: undefined }, []],
    ['undefined among the parameters', { parameters: { prompt: undefined } }, []],
  ])('S12, RFC 6749 §3.1: %s replaces the session’s own of that name, and no other', async (_name, options, prompt) => {
    expect(await parametersOf(options)).toMatchObject({
      prompt,
      audience: ['a'],
    })
  })

  it('S6: the address of the endpoint first, as in Authlib, is refused and not taken apart into parameters', async () => {
    await expect(session.createAuthorizationUrl('https://as.example/authorize' as never)).rejects.toThrow('an options object is needed')
  })

  it('RFC 8707 §2: a list is one parameter, repeated', async () => {
    expect(await parametersOf({ resource: ['a', 'b'] })).toMatchObject({ resource: ['a', 'b'] })
  })

  it('OpenID Connect Core §5.5: claims are an object, kept in the transaction; a text would be written as JSON twice', async () => {
    const claims = { id_token: { acr: { essential: true, values: ['high'] } } }
    const { url, transaction } = await session.createAuthorizationUrl({ claims })
    expect(new URL(url).searchParams.get('claims')).toBe(JSON.stringify(claims))
    expect(transaction.claims).toEqual(claims)
    await expect(parametersOf({ claims: JSON.stringify(claims) })).rejects.toThrow('"claims" must be an object')
  })

  it.each([
    ['the session’s', {}, 'id_token token', 'form_post'],
    ['the call’s own', { responseType: 'code', responseMode: 'query' }, 'code', 'query'],
  ] as const)('S11: response type and mode are %s', async (_whose, options, responseType, responseMode) => {
    const implicit = sessionOver(
      wire(() => json({})),
      { responseType: 'id_token token', responseMode: 'form_post' },
    )
    const { url, transaction } = await implicit.createAuthorizationUrl(options)
    const sent = new URL(url).searchParams
    expect([sent.get('response_type'), sent.get('response_mode')]).toEqual([responseType, responseMode])
    expect(transaction).toMatchObject({ response_type: responseType, response_mode: responseMode })
  })

  it('one that is given in both ways is refused', async () => {
    await expect(
      parametersOf({
        prompt: 'login',
        parameters: { prompt: 'none' },
      }),
    ).rejects.toThrow('"prompt" is given by itself and among the "parameters"')
  })

  it.each([
    ['redirect_uri', 'redirectUri'],
    ['code_verifier', 'codeVerifier'],
  ])('S5: "%s" is refused with the name of the option', async (name, option) => {
    await expect(parametersOf({ [name]: 'https://app.example/cb' })).rejects.toThrow(new RegExp(`"${name}".*option "${option}"`))
  })

  it('S5: an option that does not exist is refused with those that do', async () => {
    await expect(parametersOf({ redirectURI: 'x' })).rejects.toThrow(/no option "redirectURI".*redirectUri/)
  })

  it.each([{}, { redirectUri: undefined }])('C25: %j leaves the redirect URI of the session', async (options) => {
    const own = sessionOver(
      wire(() => json({})),
      { redirectUri: 'https://app.example/cb' },
    )
    const { url, transaction } = await own.createAuthorizationUrl(options)
    expect(new URL(url).searchParams.get('redirect_uri')).toBe('https://app.example/cb')
    expect(transaction.redirect_uri).toBe('https://app.example/cb')
  })
})
