import { describe, expect, it } from 'vitest'
import { assertKnownOptions } from './known-options.js'

const KNOWN = ['scope', 'clientId', 'redirectUri']
const refused = (message: string | RegExp) =>
  expect.objectContaining({ name: 'UsageError', message: typeof message === 'string' ? message : expect.stringMatching(message) })

describe('S5: options that nothing reads', () => {
  it('what is known passes, in any number', () => {
    expect(() => assertKnownOptions({}, KNOWN, 'f')).not.toThrow()
    expect(() => assertKnownOptions({ clientId: 'x', scope: undefined }, KNOWN, 'f')).not.toThrow()
  })

  it.each([
    ['client_id', 'clientId'],
    ['clientID', 'clientId'],
    ['redirect-uri', 'redirectUri'],
    ['scopes', 'scope'],
  ])('"%s" is refused, and "%s" suggested', (name, meant) => {
    const message = `f: there is no option "${name}". Did you mean "${meant}"? Known options: clientId, redirectUri, scope.`
    expect(() => assertKnownOptions({ [name]: 'x' }, KNOWN, 'f')).toThrow(refused(message))
  })

  it('another one is refused, and nothing suggested', () => {
    const message = 'f: there is no option "token". Known options: clientId, redirectUri, scope.'
    expect(() => assertKnownOptions({ token: 'x' }, KNOWN, 'f')).toThrow(refused(message))
  })

  it.each([
    [undefined, 'nothing'],
    [null, 'nothing'],
    ['id', 'a string'],
    [['id'], 'a list'],
    [() => undefined, 'a function'],
  ])('%s is no options object', (options, found) => {
    expect(() => assertKnownOptions(options as never, KNOWN, 'f')).toThrow(
      refused(new RegExp(`^f: an options object .* there is ${found}\\.`)),
    )
  })
})
