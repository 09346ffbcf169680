import { type Listening, listen } from '@oauth-test/provider'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LOADING, type UserSource, type UserState, userSource } from '../src/user-state.js'

let answer: { readonly status: number; readonly body: string }
let asked: number
let server: Listening
/** Ends what listens. */
let stop: () => void

/** What of a browser's page is used: somebody looks at it, or does not. */
class Page extends EventTarget {
  visibilityState = 'visible'
}

beforeEach(async () => {
  stop = () => undefined
  asked = 0
  answer = { status: 200, body: '{"sub":"alice"}' }
  server = await listen((_req, res) => {
    asked++
    const { status, body } = answer
    setTimeout(() => res.writeHead(status, { 'content-type': 'application/json' }).end(body), 20)
  })
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', new Page())
})

afterEach(async () => {
  stop()
  vi.unstubAllGlobals()
  await server.close()
})

/** The next state that a source tells. */
function next(source: UserSource): Promise<UserState> {
  return new Promise((resolve) => {
    const stop = source.subscribe(() => {
      stop()
      resolve(source.state)
    })
  })
}

/** A source that somebody listens to. */
async function watched(): Promise<UserSource> {
  const source = userSource(`${server.url}/auth/user`)
  const first = next(source)
  stop = source.subscribe(() => undefined)
  await first
  return source
}

describe('userSource', () => {
  it('asks once for all who listen, and knows nothing before', async () => {
    const source = userSource(`${server.url}/auth/user`)
    expect(source.state).toBe(LOADING)
    const states = await Promise.all([next(source), next(source), next(source)])
    expect(states.map(({ user }) => user?.sub)).toEqual(['alice', 'alice', 'alice'])
    expect(asked).toBe(1)
    expect(source.state).toEqual({ user: { sub: 'alice' }, isLoading: false, error: undefined })
  })

  it('asks again when the page is looked at again: somebody has logged out elsewhere', async () => {
    const source = await watched()
    answer = { status: 401, body: '{"error":"not_logged_in"}' }
    const changed = next(source)
    window.dispatchEvent(new Event('focus'))
    expect(await changed).toEqual({ user: undefined, isLoading: false, error: undefined })
  })

  it('does not ask while nobody looks, nor when nobody listens', async () => {
    await watched()
    const fetches = vi.spyOn(globalThis, 'fetch')
    Object.assign(document, { visibilityState: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
    Object.assign(document, { visibilityState: 'visible' })
    stop()
    document.dispatchEvent(new Event('visibilitychange'))
    window.dispatchEvent(new Event('focus'))
    expect(fetches).not.toHaveBeenCalled()
    fetches.mockRestore()
  })

  it('asks once more where a request is under way already, which may have been sent before what has changed', async () => {
    const source = await watched()
    asked = 0
    window.dispatchEvent(new Event('focus'))
    // Its answer is made: it is of before.
    await vi.waitFor(() => expect(asked).toBe(1), { interval: 1 })
    answer = { status: 200, body: '{"sub":"alice","name":"Alice"}' }
    await Promise.all([source.refresh(), source.refresh()])
    expect(source.state.user).toEqual({ sub: 'alice', name: 'Alice' })
    expect(asked).toBe(2)
  })

  it.each([
    [500, '', 'status 500'],
    [200, 'null', 'something else than claims'],
    [200, '<html>', 'JSON'],
  ])('says why it does not know, and keeps what it knew: %s %s', async (status, body, message) => {
    const source = await watched()
    answer = { status, body }
    await source.refresh()
    expect(source.state).toMatchObject({ user: { sub: 'alice' }, isLoading: false, error: { message: expect.stringContaining(message) } })
  })

  it('says so when the application cannot be reached', async () => {
    const source = userSource(`${server.url}/auth/user`)
    await server.close()
    await source.refresh()
    expect(source.state).toMatchObject({ user: undefined, isLoading: false, error: expect.any(Error) })
  })
})
