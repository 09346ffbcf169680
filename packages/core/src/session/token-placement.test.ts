import { describe, expect, it } from 'vitest'
import { thrown } from '../../test/answers.js'
import type { ResourceRequest } from './resource-request.js'
import { API, json, sessionOver, wire } from './testing/fixture.js'
import { placeToken, type TokenPlacement } from './token-placement.js'

const GET: ResourceRequest = { method: 'GET', url: `${API}/me?a=1`, headers: {}, replayable: true }
const POST: ResourceRequest = { ...GET, method: 'POST', form: [['b', '2']] }

describe('S49: where the token goes', () => {
  it('RFC 6750 §2.1: into the header, always as Bearer (S47)', () => {
    expect(placeToken('t', GET, { placement: 'header' })).toEqual({ url: GET.url, headers: { authorization: 'Bearer t' } })
  })

  it('RFC 6750 §2.3: into the query, after what is there, and caches are told to keep nothing', () => {
    expect(placeToken('t&', GET, { placement: 'query' })).toEqual({
      url: `${API}/me?a=1&access_token=t%26`,
      headers: { 'cache-control': 'no-store' },
    })
  })

  it('the rest of the query stays as it is spelt', () => {
    const url = `${API}/me?projection=(id,~a*)&empty=&flag`
    expect(placeToken('t', { ...GET, url }, { placement: 'query' }).url).toBe(`${url}&access_token=t`)
  })

  it('RFC 6750 §2.3: a parameter of that name is replaced however it is spelt: no request has two tokens', () => {
    const url = `${API}/me?access%5Ftoken=x&access_token=y&a=1&access_token`
    expect(placeToken('t', { ...GET, url }, { placement: 'query' }).url).toBe(`${API}/me?a=1&access_token=t`)
  })

  it('a request that is sent again has the new token only', () => {
    const once = placeToken('old', GET, { placement: 'query' }).url
    expect(placeToken('new', { ...GET, url: once }, { placement: 'query' }).url).toBe(`${API}/me?a=1&access_token=new`)
    const { form } = placeToken('old', POST, { placement: 'body' })
    expect(placeToken('new', { ...POST, form }, { placement: 'body' }).form).toEqual([
      ['b', '2'],
      ['access_token', 'new'],
    ])
  })

  it('RFC 6750 §2.2: into a form', () => {
    expect(placeToken('t', POST, { placement: 'body' })).toEqual({
      url: POST.url,
      headers: {},
      form: [
        ['b', '2'],
        ['access_token', 't'],
      ],
    })
  })

  it('under the name that the server has for it', () => {
    expect(placeToken('t', GET, { placement: 'query', parameter: 'token' }).url).toBe(`${API}/me?a=1&token=t`)
    expect(placeToken('t', POST, { placement: 'body', parameter: 'token' }).form?.at(-1)).toEqual(['token', 't'])
  })

  it.each([
    ['no form', { ...POST, form: undefined }],
    ['a GET', { ...POST, method: 'GET' }],
  ])('C16: the body of %s is a UsageError, and nothing is changed', async (_name, request) => {
    const error = await thrown(() => placeToken('secret-token', request, { placement: 'body' }))
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('"tokenPlacement" is "body"') })
    expect(String(error)).not.toContain('secret-token')
  })

  it('C14: a placement that does not exist is refused at construction', async () => {
    const tokenPlacement = 'cookie' as TokenPlacement
    const error = await thrown(() =>
      sessionOver(
        wire(() => json({})),
        { tokenPlacement },
      ),
    )
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('Placements: header, query, body') })
  })

  it('S49: a session with tokenPlacement "query" sends no header, also not when a 401 is answered by a renewal', async () => {
    const line = wire(
      () => json({ access_token: 'second', token_type: 'Bearer' }),
      ({ url }) => (url.includes('second') ? 200 : 401),
    )
    const token = { access_token: 'first', refresh_token: 'r' }
    const session = sessionOver(line, { tokenPlacement: 'query', token })
    expect(await session.http(`${API}/me`)).toBe(200)
    expect(line.sent).toEqual([
      { url: `${API}/me?access_token=first`, authorization: undefined },
      { url: `${API}/me?access_token=second`, authorization: undefined },
    ])
  })
})
