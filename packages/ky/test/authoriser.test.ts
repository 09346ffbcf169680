import type { Authorised, ResourceRequest } from '@oauth/core/adapter'
import { kyClient } from '@oauth/ky'
import type { KyInstance } from 'ky'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

/** ky with an authoriser that keeps what it is asked, and answers with `authorised`. */
function watched(authorised: (request: ResourceRequest) => Partial<Authorised>): { http: KyInstance; asked: ResourceRequest[] } {
  const asked: ResourceRequest[] = []
  const http = kyClient().authorised({
    authorise: (request) => {
      asked.push(request)
      return { url: request.url, headers: {}, tokenHash: 'hash', ...authorised(request) }
    },
    answered: (_authorised, { status }) => (status === 401 ? 'again' : 'done'),
  })
  return { http: http.extend({ throwHttpErrors: false }), asked }
}

describe('what an authoriser is told of a call', () => {
  it('method, URL, headers and options', async () => {
    const { http, asked } = watched(() => ({}))
    await http.put(`${world.api}/me`, { searchParams: { a: 1 }, headers: { 'X-Mine': '1' }, body: 'a', oauth: { resource: 'r' } })
    expect(asked[0]).toMatchObject({
      method: 'PUT',
      url: `${world.api}/me?a=1`,
      headers: { 'x-mine': '1' },
      options: { resource: 'r' },
    })
  })

  it.each<[string, BodyInit, Record<string, string>, ResourceRequest['form']]>([
    [
      'parameters',
      new URLSearchParams('a=1&b=2&a=3'),
      {},
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    ['text', 'a=1+2', { 'content-type': 'application/x-www-form-urlencoded' }, [['a', '1 2']]],
    ['text that says its charset', 'a=1', { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=utf-8' }, [['a', '1']]],
    ['text of another type', 'a=1', { 'content-type': 'text/plain' }, undefined],
    ['a multipart form', new FormData(), {}, undefined],
    ['a stream', new Blob(['a=1']).stream(), { 'content-type': 'application/x-www-form-urlencoded' }, undefined],
  ])('RFC 6750 §2.2: the form, where the body is one: %s', async (_kind, body, headers, form) => {
    const { http, asked } = watched(() => ({}))
    await http.post(`${world.api}/me`, { body, headers })
    expect(asked[0]?.form).toEqual(form)
  })

  it('JSON is no form, also where the call has a body beside it, which ky does not send', async () => {
    const { http, asked } = watched(() => ({}))
    await http.post(`${world.api}/me`, { json: {}, body: new URLSearchParams('a=1') })
    expect(asked[0]?.form).toBeUndefined()
    expect(world.seen[0]?.body).toBe('{}')
  })
})

describe('what an authoriser may change', () => {
  it('headers: each attempt has those that were made for it', async () => {
    let count = 0
    const { http } = watched(() => {
      count += 1
      return { headers: count === 1 ? { authorization: 'Bearer 1', 'x-first': '1' } : { authorization: 'Bearer 2' } }
    })
    await http.get(`${world.api}/me`)
    expect(world.authorizations()).toEqual(['Bearer 1', 'Bearer 2'])
    expect(world.seen.map(({ headers }) => headers['x-first'])).toEqual(['1', undefined])
  })

  it.each<[string, BodyInit]>([
    ['text', 'a=1'],
    ['a stream', new Blob(['a=1']).stream()],
  ])('RFC 6750 §2.3: the URL; method, headers and a body of %s go along', async (kind, body) => {
    const { http } = watched(({ url }) => ({ url: `${url}?access_token=secret` }))
    world.on('/me', (_seen, response) => json(response, 200, {}))
    await http.post(`${world.api}/me`, { body, headers: { 'x-mine': '1' } })
    expect(world.seen).toMatchObject([{ method: 'POST', path: '/me?access_token=secret', body: 'a=1', headers: { 'x-mine': '1' } }])
    // A server may refuse a body whose length is not said (RFC 9110 §15.5.12).
    expect(world.seen[0]?.headers['content-length']).toBe(kind === 'text' ? '3' : undefined)
  })

  it('RFC 6750 §2.3: the URL of a call without a body, which is repeated with a new one', async () => {
    let count = 0
    const { http } = watched(({ url }) => {
      count += 1
      return { url: `${url}?access_token=${count}` }
    })
    await http.get(`${world.api}/me`, { headers: { 'x-mine': '1' } })
    expect(world.seen.map(({ path }) => path)).toEqual(['/me?access_token=1', '/me?access_token=2'])
    expect(world.seen.map(({ headers }) => headers['x-mine'])).toEqual(['1', '1'])
  })

  it('a call whose URL is changed can be aborted', async () => {
    const { http } = watched(({ url }) => ({ url: `${url}?access_token=secret` }))
    const controller = new AbortController()
    world.on('/slow', () => controller.abort())
    await expect(http.post(`${world.api}/slow`, { body: 'a', signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('RFC 6750 §2.2: the form, on each attempt', async () => {
    let count = 0
    const { http } = watched(({ form = [] }) => {
      count += 1
      return { form: [...form, ['access_token', String(count)]] }
    })
    await http.post(`${world.api}/me`, { body: new URLSearchParams('a=1&a=2') })
    expect(world.seen.map(({ body }) => body)).toEqual(['a=1&a=2&access_token=1', 'a=1&a=2&access_token=2'])
    expect(world.seen[1]?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' })
  })

  it('form and URL at once', async () => {
    const { http } = watched(({ url, form = [] }) => ({ url: `${url}?b=2`, form: [...form, ['c', '3']] }))
    await http.post(`${world.api}/me`, { body: new URLSearchParams('a=1') })
    expect(world.seen[0]).toMatchObject({ path: '/me?b=2', body: 'a=1&c=3' })
  })
})
