import type { Authorised, ResourceAuthoriser, ResourceRequest } from '@oauth/core/adapter'
import { gotClient } from '@oauth/node-got'
import got, { type Got } from 'got'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

type Answer = Parameters<ResourceAuthoriser['answered']>[1]

/** An authoriser that puts `t1`, `t2`, … where it is told to, and asks for another attempt after each 401. */
function counting(place: (request: ResourceRequest, token: string) => Omit<Authorised, 'tokenHash'>, instance: Got = got) {
  const asked: ResourceRequest[] = []
  const answers: number[] = []
  const http = gotClient(instance).authorised({
    authorise(request, attempt) {
      asked.push(request)
      return { ...place(request, `t${attempt}`), tokenHash: String(attempt) }
    },
    answered(_authorised, { status }: Answer) {
      answers.push(status)
      return status === 401 ? 'again' : 'done'
    },
  })
  return { http, asked, answers }
}

const inForm = ({ url, form = [] }: ResourceRequest, token: string) => ({
  url,
  headers: {},
  form: [...form, ['access_token', token] as const],
})
const inQuery = ({ url }: ResourceRequest, token: string) => ({
  url: `${url}${url.includes('?') ? '&' : '?'}access_token=${token}`,
  headers: {},
})

describe('RFC 6750 §2.2: a token in the form', () => {
  it('goes out behind the pairs of the application, in their order, with the length of the new body', async () => {
    const { http, asked } = counting(inForm)
    world.on('/form', (_seen, response) => json(response, 200, {}))
    await http.post(`${world.api}/form`, {
      body: 'b=2&a=1&b=3',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    })
    await http.post(`${world.api}/form`, { form: { a: '1 2' } })
    expect(asked.map(({ form }) => form)).toEqual([
      [
        ['b', '2'],
        ['a', '1'],
        ['b', '3'],
      ],
      [['a', '1 2']],
    ])
    expect(world.seen.map(({ body }) => body)).toEqual(['b=2&a=1&b=3&access_token=t1', 'a=1+2&access_token=t1'])
    expect(world.seen[0]?.headers['content-length']).toBe(String('b=2&a=1&b=3&access_token=t1'.length))
  })

  it.each([
    ['JSON', { json: { a: 1 } }],
    ['text', { body: 'a=1' }],
    ['nothing', {}],
  ])('a body of %s is no form', async (_kind, body) => {
    const { http, asked } = counting(({ url }) => ({ url, headers: {} }))
    world.on('/any', (_seen, response) => json(response, 200, {}))
    await http.post(`${world.api}/any`, body)
    expect(asked[0]?.form).toBeUndefined()
  })

  it('the repetition has the new token alone', async () => {
    const { http, asked } = counting(inForm)
    world.on('/form', ({ body }, response) => json(response, body.includes('t2') ? 200 : 401, {}))
    await http.post(`${world.api}/form`, { form: { a: '1' } })
    expect(asked.map(({ form }) => form)).toEqual([[['a', '1']], [['a', '1']]])
    expect(world.seen.map(({ body }) => body)).toEqual(['a=1&access_token=t1', 'a=1&access_token=t2'])
  })

  it('RD09: a 307 to another origin leads there without it', async () => {
    const { http } = counting(inForm)
    world.on('/away', (_seen, response) => response.writeHead(307, { location: `${world.elsewhere}/form` }).end())
    await http.post(`${world.api}/away`, { form: { a: '1' } })
    expect(world.seen[0]?.body).toBe('a=1&access_token=t1')
    expect(world.seenElsewhere).toHaveLength(1)
    expect(world.seenElsewhere[0]?.body).not.toContain('access_token')
  })
})

describe('RFC 6750 §2.3: a token in the query', () => {
  it('each attempt has its own, and one only', async () => {
    const { http, asked } = counting(inQuery)
    world.on('/me', ({ path }, response) => json(response, path.includes('t2') ? 200 : 401, {}))
    await http.get(`${world.api}/me?a=1`)
    expect(asked.map(({ url }) => url)).toEqual([`${world.api}/me?a=1`, `${world.api}/me?a=1`])
    expect(world.seen.map(({ path }) => path)).toEqual(['/me?a=1&access_token=t1', '/me?a=1&access_token=t2'])
  })

  it('also where the instance takes relative URLs alone', async () => {
    const { http } = counting(inQuery, got.extend({ prefixUrl: world.api, allowAbsoluteUrls: false }))
    world.on('/me', (_seen, response) => json(response, 200, {}))
    await http.get('me')
    expect(world.seen.map(({ path }) => path)).toEqual(['/me?access_token=t1'])
  })
})

describe('headers that an authoriser sets', () => {
  it('are those of one attempt: the application’s own come back before the next', async () => {
    const { http, asked } = counting(({ url, headers }, token) => ({ url, headers: { 'x-mine': `${headers['x-mine']} ${token}` } }))
    world.on('/me', ({ headers }, response) => json(response, headers['x-mine'] === 'own t2' ? 200 : 401, {}))
    await http.get(`${world.api}/me`, { headers: { 'x-mine': 'own' } })
    expect(asked.map(({ headers }) => headers['x-mine'])).toEqual(['own', 'own'])
    expect(world.seen.map(({ headers }) => headers['x-mine'])).toEqual(['own t1', 'own t2'])
  })
})

describe('answers', () => {
  it('the authoriser is told of each, of a redirect and a success too', async () => {
    const { http, answers } = counting(({ url }) => ({ url, headers: {} }))
    let count = 0
    world.on('/start', (_seen, response) => response.writeHead(302, { location: '/me' }).end())
    world.on('/me', (_seen, response) => json(response, ++count === 1 ? 401 : 200, {}))
    await http.get(`${world.api}/start`)
    expect(answers).toEqual([302, 401, 200])
  })

  it('and once, where a hook of the application that might answer in the place of a server comes after', async () => {
    const { http, answers } = counting(({ url }) => ({ url, headers: {} }))
    world.on('/start', (_seen, response) => response.writeHead(302, { location: '/me' }).end())
    world.on('/me', (_seen, response) => json(response, 200, {}))
    await http.get(`${world.api}/start`, { hooks: { beforeRequest: [() => undefined] } })
    expect(answers).toEqual([302, 200])
  })

  it('hooks of the application stay in their order after it', async () => {
    const { http } = counting(({ url }) => ({ url, headers: {} }))
    world.on('/me', (_seen, response) => json(response, 200, {}))
    const response = await http.get(`${world.api}/me`)
    const { afterResponse } = response.request.options.hooks
    expect(afterResponse).toEqual(http.defaults.options.hooks.afterResponse)
  })
})
