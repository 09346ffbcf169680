import { request as httpsRequest } from 'node:https'
import { assertNoClientCertificate, type HttpRequest, networkError, type Transport } from '@oauth/core/adapter'
import { fetchTransport } from '@oauth/core/fetch'
import { describe, expect, it } from 'vitest'
import { type TransportCheckId, testTransport } from '../src/index.js'
import { broken } from './broken-transports.js'

type Registered = { readonly title: string; readonly run: () => Promise<void> }

function registered(...[create, options]: [Parameters<typeof testTransport>[1], Parameters<typeof testTransport>[2]?]): Registered[] {
  const tests: Registered[] = []
  testTransport((title, run) => tests.push({ title, run }), create, options)
  return tests
}

async function failed(tests: readonly Registered[]): Promise<string[]> {
  const results = await Promise.allSettled(tests.map(({ run }) => run()))
  return results.flatMap(({ status }, index) => (status === 'rejected' ? [tests[index]?.title.split(':', 1)[0] ?? ''] : []))
}

describe('each check fails for what it is about, and no other check does', () => {
  it.each(Object.entries(broken))(
    '%s',
    async (id, create) => {
      expect(await failed(registered(create))).toEqual([id])
    },
    60_000,
  )

  it('there is a broken transport for every check', () => {
    const ids = registered(() => fetchTransport()).map(({ title }) => title.split(':', 1)[0])
    expect(ids).toEqual(Object.keys(broken))
  })
})

describe('RFC 8705 §2: a transport that presents client certificates', () => {
  const presenting = (request: HttpRequest): Promise<never> =>
    new Promise((_resolve, reject) => {
      const { url, method, headers, body, clientCertificate } = request
      if (!url.startsWith('https:')) assertNoClientCertificate(request)
      const outgoing = httpsRequest(url, { method, headers, ...clientCertificate })
      outgoing.on('error', (error: NodeJS.ErrnoException) => reject(networkError(request, error.code)))
      outgoing.end(body)
    })

  it('passes', async () => {
    const check = registered(() => async (request) => presenting(request)).find(({ title }) => title.startsWith('transport.certificate'))
    await check?.run()
  })

  it('fails where it sends by http what has one', async () => {
    const careless: Transport = async ({ clientCertificate, ...request }, options) =>
      request.url.startsWith('https:')
        ? presenting({ ...request, ...(clientCertificate && { clientCertificate }) })
        : fetchTransport()(request, options)
    const check = registered(() => careless).find(({ title }) => title.startsWith('transport.certificate'))
    await expect(check?.run()).rejects.toThrow(/over http, .*: the request was sent without the certificate/)
  })
})

describe('what makes no transport', () => {
  it.each<[string, unknown, RegExp]>([
    ['the transport itself', fetchTransport(), /failed, or is the transport itself\. .*\(\) => myTransport\(\)/],
    [
      'a transport that resolves whatever it is asked',
      async () => ({ status: 200 }),
      /no transport, .*of type object.*\(\) => myTransport\(\)/,
    ],
    ['a function that makes nothing', () => undefined, /no transport, .*of type undefined/],
    ['no function', { status: 200 }, /failed, or is the transport itself/],
  ])('%s: each check says so', async (_what, create, message) => {
    for (const { run } of registered(create as () => Transport))
      await expect(run()).rejects.toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) }))
  })
})

describe('a transport that never settles', () => {
  it('fails the checks; it does not hang them', async () => {
    const [, status] = registered(() => () => new Promise(() => undefined), { skip: {} })
    const one = registered(() => () => new Promise(() => undefined)).find(({ title }) => title.startsWith('transport.headers'))
    expect(status).toBeDefined()
    await expect(one?.run()).rejects.toThrow('neither resolved nor rejected within')
  })
})

describe('skipping', () => {
  it('a misspelt option is refused, and the one that exists is named', () => {
    expect(() => registered(() => fetchTransport(), { skipp: {} } as object)).toThrow(/no option "skipp".*Known options: skip\./)
  })

  it('shows the reason in the title, and runs nothing', async () => {
    let created = 0
    const create = () => {
      created += 1
      return fetchTransport()
    }
    const test = registered(create, { skip: { 'transport.tls': 'no TLS here' } }).find(({ title }) => title.startsWith('transport.tls'))
    expect(test?.title).toBe('transport.tls: skipped: no TLS here')
    await test?.run()
    expect(created).toBe(0)
  })

  it.each([
    ['without a reason', { 'transport.tls': ' ' }],
    ['of what does not exist', { 'transport.unknown': 'because' }],
  ])('%s is refused', (_how, skip) => {
    expect(() => registered(() => fetchTransport(), { skip: skip as Record<TransportCheckId, string> })).toThrow(TypeError)
  })
})

describe('what a failure says', () => {
  it('names each case that failed', async () => {
    const redirect = registered(broken['transport.redirect']).find(({ title }) => title.startsWith('transport.redirect'))
    await expect(redirect?.run()).rejects.toThrow(/307 to another origin, answering a POST: the redirect was followed/)
  })
})
