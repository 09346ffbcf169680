import { describe, expect, test } from 'vitest'
import { testClock } from '../session/testing/fixture.js'
import { tokenParameter, withResourceQuirks } from './resource-quirks.js'

const URL_OF_API = 'https://api.example/method/users.get?fields=bdate'
const fired = ({ events }: ReturnType<typeof testClock>) => events.map(({ quirk }) => quirk)

describe('S64: what a provider asks for on every request', () => {
  test('parameters come after those of the URL, headers beside those of the request', () => {
    const clock = testClock()
    const quirks = { resourceQuery: { v: '5.80', site: 'a b' }, resourceHeaders: { 'Client-ID': 'client' } }
    expect(withResourceQuirks({ url: URL_OF_API, headers: { accept: 'text/plain' } }, quirks, clock)).toEqual({
      url: `${URL_OF_API}&v=5.80&site=a+b`,
      headers: { accept: 'text/plain', 'client-id': 'client' },
    })
    expect(fired(clock)).toEqual(['resourceQuery', 'resourceHeaders'])
  })

  test('what the request says by itself stays, however it is spelt', () => {
    const clock = testClock()
    const quirks = { resourceQuery: { fields: 'sex' }, resourceHeaders: { 'Client-ID': 'client' } }
    const request = { url: URL_OF_API, headers: { 'CLIENT-id': 'other' } }
    expect(withResourceQuirks(request, quirks, clock)).toEqual(request)
    expect(fired(clock)).toEqual([])
  })

  test('what the URL says stays as it is spelt', () => {
    const url = 'https://api.example/people(~)?projection=(id,firstName)'
    expect(withResourceQuirks({ url, headers: {} }, { resourceQuery: { v: '1' } }, testClock()).url).toBe(`${url}&v=1`)
  })

  test('a request to a provider without them is as it was, to the letter', () => {
    const clock = testClock()
    const request = { url: 'https://api.example/people(~)?projection=(id,firstName)#x', headers: {}, method: 'GET', replayable: true }
    expect(withResourceQuirks(request, {}, clock)).toEqual(request)
    expect(fired(clock)).toEqual([])
  })
})

describe('S49: the query parameter of the token', () => {
  test('is access_token, or what the provider calls it', () => {
    const clock = testClock()
    expect(tokenParameter({}, clock)).toBe('access_token')
    expect(fired(clock)).toEqual([])
    expect(tokenParameter({ tokenParameter: 'token' }, clock)).toBe('token')
    expect(fired(clock)).toEqual(['tokenParameter'])
  })
})
