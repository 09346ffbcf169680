import { describe, expect, test } from 'vitest'
import { answer } from '../../test/answers.js'
import { TransportError } from '../error/transport-error.js'
import { getRequest } from '../http/http-request.js'
import type { Flow } from './flow.js'
import { run, type Transport } from './run.js'
import { type Step, traced } from './traced.js'

const request = (name: string) => getRequest(name, `https://as.example/${name}`)
const reset = new TransportError('second', { reason: 'reset', sent: 'maybe' })

/** Two requests, the second of which may fail; tells how it ended. */
async function* twoSteps(log: string[]): Flow<string> {
  try {
    const first = yield request('first')
    const second = yield request('second')
    return `${first.status} ${second.status}`
  } catch (error) {
    log.push(`caught ${(error as TransportError).reason}`)
    throw error
  } finally {
    log.push('finally')
  }
}

/** Survives a failed request with another one. */
async function* fallback(): Flow<number> {
  try {
    return (yield request('second')).status
  } catch {
    return (yield request('first')).status
  }
}

const transport: Transport = async ({ endpoint }) => {
  if (endpoint === 'second') throw reset
  return answer(200)
}

describe('run', () => {
  test("sends each request and ends with the flow's value", async () => {
    const sent: string[] = []
    const log: string[] = []
    const result = await run(twoSteps(log), async ({ url }) => {
      sent.push(url)
      return answer(200 + sent.length)
    })
    expect(result).toBe('201 202')
    expect(sent).toEqual(['https://as.example/first', 'https://as.example/second'])
    expect(log).toEqual(['finally'])
  })

  test('what the transport rejects with is thrown into the flow, and its finally runs', async () => {
    const log: string[] = []
    await expect(run(twoSteps(log), transport)).rejects.toBe(reset)
    expect(log).toEqual(['caught reset', 'finally'])
  })

  test('a flow may treat a failed request as a step', async () => {
    expect(await run(fallback(), transport)).toBe(200)
  })

  test("the caller's signal reaches the transport with every request", async () => {
    const { signal } = new AbortController()
    const seen: unknown[] = []
    await run(
      twoSteps([]),
      async (_request, options) => {
        seen.push(options.signal)
        return answer(200)
      },
      { signal },
    )
    expect(seen).toEqual([signal, signal])
  })

  test("an error of the flow itself is the caller's, after one request", async () => {
    const sent: string[] = []
    // biome-ignore lint/correctness/useYield: a flow that fails before its first request
    const broken = (async function* (): Flow<never> {
      throw reset
    })()
    await expect(
      run(broken, async ({ url }) => {
        sent.push(url)
        return answer(200)
      }),
    ).rejects.toBe(reset)
    expect(sent).toEqual([])
  })
})

describe('traced', () => {
  const kinds = (steps: readonly Step[]) => steps.map((step) => `${step.type} ${step.request.endpoint}`)

  test('tells of each request and its answer, and changes nothing', async () => {
    const steps: Step[] = []
    const log: string[] = []
    expect(
      await run(
        traced(twoSteps(log), (step) => steps.push(step)),
        async () => answer(200),
      ),
    ).toBe('200 200')
    expect(kinds(steps)).toEqual(['request first', 'response first', 'request second', 'response second'])
    expect(steps[1]).toMatchObject({ response: { status: 200 } })
    expect(log).toEqual(['finally'])
  })

  test('tells of a failed request, which still reaches the flow', async () => {
    const steps: Step[] = []
    const log: string[] = []
    await expect(
      run(
        traced(twoSteps(log), (step) => steps.push(step)),
        transport,
      ),
    ).rejects.toBe(reset)
    expect(kinds(steps)).toEqual(['request first', 'response first', 'request second', 'error second'])
    expect(steps[3]).toMatchObject({ error: reset })
    expect(log).toEqual(['caught reset', 'finally'])
  })

  test('a flow may go on after a failed request', async () => {
    const steps: Step[] = []
    expect(
      await run(
        traced(fallback(), (step) => steps.push(step)),
        transport,
      ),
    ).toBe(200)
    expect(kinds(steps)).toEqual(['request second', 'error second', 'request first', 'response first'])
  })

  test('abandoned, or broken by its listener, it ends the flow: finally runs', async () => {
    const log: string[] = []
    const abandoned = traced(twoSteps(log), () => undefined)
    await abandoned.next()
    await abandoned.return('given up')
    expect(log).toEqual(['finally'])
    const broken = traced(twoSteps(log), () => {
      throw new Error('the logger failed')
    })
    await expect(run(broken, transport)).rejects.toThrow('the logger failed')
    expect(log).toEqual(['finally', 'finally'])
  })

  test('flows compose: a traced flow inside a flow', async () => {
    const steps: Step[] = []
    const outer = (async function* (): Flow<string> {
      return `outer ${yield* traced(twoSteps([]), (step) => steps.push(step))}`
    })()
    expect(await run(outer, async () => answer(204))).toBe('outer 204 204')
    expect(steps).toHaveLength(4)
  })
})

test.each([
  ['fetch itself', fetch],
  ['nothing', undefined],
  ['an HTTP client', { transport }],
])('C14: %s is no transport, and the flow is not begun', async (_name, other) => {
  const log: string[] = []
  await expect(run(twoSteps(log), other as never)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('fetchTransport()'),
  })
  expect(log).toEqual([])
})
