import { describe, expect, test } from 'vitest'
import { answer } from '../../test/answers.js'
import { TransportError } from '../error/transport-error.js'
import { formRequest, getRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { coalesce } from './coalesce.js'
import type { TransportOptions } from './run.js'

const jwks = getRequest('jwks', 'https://as.example/jwks')
const aborted = new TransportError('jwks', { reason: 'aborted', sent: 'maybe' })

interface Sent {
  readonly signal: AbortSignal | undefined
  resolve(response: HttpResponse): void
  reject(error: Error): void
}

/** A transport whose requests the test answers one by one; an abort rejects in a later turn, as HTTP clients do. */
function setting() {
  const sent: Sent[] = []
  const transport = coalesce(
    (_request, { signal }: TransportOptions) =>
      new Promise((resolve, reject) => {
        sent.push({ signal, resolve, reject })
        signal?.addEventListener('abort', () => setImmediate(() => reject(aborted)))
      }),
  )
  return { sent, transport }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('callers that need the same at the same moment share one request', async () => {
  const { sent, transport } = setting()
  const answers = [transport(jwks, {}), transport(jwks, {}), transport({ ...jwks }, { signal: new AbortController().signal })]
  expect(sent).toHaveLength(1)
  sent[0]?.resolve(answer(200))
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200])
})

test('a failure is shared, and not remembered', async () => {
  const { sent, transport } = setting()
  const failed = [transport(jwks, {}), transport(jwks, { signal: new AbortController().signal })]
  const reset = new TransportError('jwks', { reason: 'reset', sent: 'maybe' })
  sent[0]?.reject(reset)
  expect(await Promise.allSettled(failed)).toEqual([
    { status: 'rejected', reason: reset },
    { status: 'rejected', reason: reset },
  ])
  const next = transport(jwks, {})
  expect(sent).toHaveLength(2)
  sent[1]?.resolve(answer(200))
  expect((await next).status).toBe(200)
})

test('the next caller after an answer asks anew: nothing is cached here', async () => {
  const { sent, transport } = setting()
  const first = transport(jwks, {})
  sent[0]?.resolve(answer(200))
  await first
  transport(jwks, {})
  expect(sent).toHaveLength(2)
})

test.each([
  ['another address', getRequest('jwks', 'https://as.example/other')],
  ['another endpoint', getRequest('discovery', 'https://as.example/jwks')],
])('%s is another request', (_name, other) => {
  const { sent, transport } = setting()
  transport(jwks, {})
  transport(other, {})
  expect(sent).toHaveLength(2)
})

test.each([
  ['a token request', formRequest('token', 'https://as.example/token', [['code', 'C']])],
  ['a userinfo request', getRequest('userinfo', 'https://as.example/userinfo')],
  ['a POST to the keys', formRequest('jwks', 'https://as.example/jwks', [])],
])('RF17: %s is never shared, and keeps its own signal', (_name, request) => {
  const { sent, transport } = setting()
  const { signal } = new AbortController()
  transport(request, { signal })
  transport(request, { signal })
  expect(sent).toHaveLength(2)
  expect(sent[0]?.signal).toBe(signal)
})

describe('RX09: abort', () => {
  test('detaches its own caller only', async () => {
    const { sent, transport } = setting()
    const [leaving, staying] = [new AbortController(), new AbortController()]
    const left = transport(jwks, { signal: leaving.signal })
    const stayed = transport(jwks, { signal: staying.signal })
    const plain = transport(jwks, {})
    leaving.abort()
    await expect(left).rejects.toMatchObject({ code: 'OAUTH_ABORTED', endpoint: 'jwks' })
    expect(sent[0]?.signal?.aborted).toBe(false)
    sent[0]?.resolve(answer(200))
    expect((await stayed).status).toBe(200)
    expect((await plain).status).toBe(200)
  })

  test('when the last caller leaves, the request is aborted', async () => {
    const { sent, transport } = setting()
    const callers = [new AbortController(), new AbortController()]
    const left = callers.map(({ signal }) => transport(jwks, { signal }))
    callers[0]?.abort()
    expect(sent[0]?.signal?.aborted).toBe(false)
    callers[1]?.abort()
    expect(sent[0]?.signal?.aborted).toBe(true)
    await Promise.allSettled(left)
    await turn()
  })

  test('a caller without a signal holds the request', () => {
    const { sent, transport } = setting()
    const leaving = new AbortController()
    transport(jwks, {})
    transport(jwks, { signal: leaving.signal }).catch(() => undefined)
    leaving.abort()
    expect(sent[0]?.signal?.aborted).toBe(false)
  })

  test('who comes after the last one left does not inherit its abort', async () => {
    const { sent, transport } = setting()
    const leaving = new AbortController()
    const left = expect(transport(jwks, { signal: leaving.signal })).rejects.toMatchObject({ code: 'OAUTH_ABORTED' })
    leaving.abort()
    const next = transport(jwks, {})
    expect(sent).toHaveLength(2)
    await turn()
    const joined = transport(jwks, {})
    expect(sent).toHaveLength(2)
    sent[1]?.resolve(answer(200))
    expect((await next).status).toBe(200)
    expect((await joined).status).toBe(200)
    await left
  })

  test('a caller that has aborted already sends nothing and disturbs nobody', async () => {
    const { sent, transport } = setting()
    await expect(transport(jwks, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'OAUTH_ABORTED', sent: 'no' })
    expect(sent).toHaveLength(0)
    const first = transport(jwks, {})
    await expect(transport(jwks, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'OAUTH_ABORTED' })
    sent[0]?.resolve(answer(200))
    expect((await first).status).toBe(200)
  })

  test('an abort after the answer changes nothing', async () => {
    const { sent, transport } = setting()
    const late = new AbortController()
    const call = transport(jwks, { signal: late.signal })
    sent[0]?.resolve(answer(200))
    await call
    late.abort()
    expect(sent[0]?.signal?.aborted).toBe(false)
  })
})
