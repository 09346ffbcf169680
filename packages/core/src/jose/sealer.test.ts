import fc from 'fast-check'
import { compactDecrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { browserEnvironment, testEnvironment } from '../../test/environment.js'
import { createSealer } from './sealer.js'

const SECRET = 'a secret of at least thirty-two bytes'
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const OLD = 'an older secret of thirty-two bytes or more'

const ENVIRONMENTS = [
  ['synchronous', testEnvironment()],
  ['WebCrypto', browserEnvironment()],
] as const

describe.each(ENVIRONMENTS)('%s', (_name, environment) => {
  test('what is sealed opens again, and is a JWE with dir and A256GCM', async () => {
    const sealer = await createSealer(environment, [SECRET], 'login')
    const sealed = await sealer.seal('{"text":"é😀"}')
    expect(await sealer.open(sealed)).toBe('{"text":"é😀"}')
    expect(await sealer.open(await sealer.seal(''))).toBe('')
    const [header, key] = sealed.split('.')
    expect(JSON.parse(Buffer.from(header ?? '', 'base64url').toString())).toEqual({ alg: 'dir', enc: 'A256GCM', kid: expect.any(String) })
    expect(key).toBe('')
  })

  test('two seals of one text differ', async () => {
    const sealer = await createSealer(environment, [SECRET], 'login')
    expect(await sealer.seal('text')).not.toBe(await sealer.seal('text'))
  })

  test('F27: a retired secret still opens, the first one seals', async () => {
    const before = await createSealer(environment, [OLD], 'login')
    const rotated = await createSealer(environment, [SECRET, OLD], 'login')
    const after = await createSealer(environment, [SECRET], 'login')
    expect(await rotated.open(await before.seal('text'))).toBe('text')
    expect(await after.open(await rotated.seal('text'))).toBe('text')
    expect(await after.open(await before.seal('text'))).toBeUndefined()
  })

  test('what is sealed for one purpose is not opened for another', async () => {
    const login = await createSealer(environment, [SECRET], 'login')
    const session = await createSealer(environment, [SECRET], 'session')
    expect(await session.open(await login.seal('text'))).toBeUndefined()
  })

  test('AR07: truncated, flipped, foreign or enormous texts are undefined, never an error', async () => {
    const sealer = await createSealer(environment, [SECRET], 'login')
    const sealed = await sealer.seal('text')
    const parts = sealed.split('.')
    const flipped = [...sealed].map((char, at) => `${sealed.slice(0, at)}${char === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`)
    const hostile = [
      ...Array.from({ length: sealed.length }, (_, length) => sealed.slice(0, length)),
      ...flipped,
      `${parts[0]}..${parts[2]}.${parts[3]}.${parts[4]}.`,
      `${parts[0]}.AAAA.${parts[2]}.${parts[3]}.${parts[4]}`,
      `${parts[0]}..${parts[2]}.!.${parts[4]}`,
      `${parts[0]}..AAAA.${parts[3]}.${parts[4]}`,
      `${parts[0]}..${parts[2]}.${parts[3]}.AAAA`,
      `${parts[0]}..${'A'.repeat(1 << 20)}`,
      'A'.repeat(1 << 20),
    ]
    for (const text of hostile) expect(await sealer.open(text)).toBeUndefined()
  })

  test('AR07, RFC 4648 §3.5: no part opens in another spelling of the same bytes', async () => {
    const sealer = await createSealer(environment, [SECRET], 'login')
    for (const text of ['four', 'fives', 'sixsix']) {
      const parts = (await sealer.seal(text)).split('.')
      const spellings = parts.slice(2).flatMap((part, at) =>
        [...ALPHABET]
          .filter((last) => last !== part.at(-1))
          .map((last) => parts.with(at + 2, part.slice(0, -1) + last))
          .map((changed) => changed.join('.')),
      )
      // What decoders take for the same characters: those of base64, padding, white space, and what is the same in its last eight bits.
      for (const at of [2, 3, 4]) {
        const part = parts[at] ?? ''
        const looseSpellings = [
          part.replaceAll('-', '+').replaceAll('_', '/'),
          `${part}=`,
          `${part}\n`,
          `${part.slice(0, 1)} ${part.slice(1)}`,
          String.fromCharCode(part.charCodeAt(0) + 0x100) + part.slice(1),
          `${part.slice(0, 1)}!${part.slice(1)}`,
        ]
        spellings.push(...looseSpellings.filter((spelling) => spelling !== part).map((spelling) => parts.with(at, spelling).join('.')))
      }
      expect(await sealer.open(parts.join('.'))).toBe(text)
      for (const spelling of spellings) expect(await sealer.open(spelling)).toBeUndefined()
    }
  })

  test('AR07: arbitrary text is undefined', async () => {
    const sealer = await createSealer(environment, [SECRET], 'login')
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await sealer.open(text)).toBeUndefined()
      }),
    )
  })
})

test('both ways of encrypting read each other', async () => {
  const [here, there] = await Promise.all(ENVIRONMENTS.map(([, environment]) => createSealer(environment, [SECRET], 'login')))
  expect(await there?.open((await here?.seal('text')) ?? '')).toBe('text')
  expect(await here?.open((await there?.seal('text')) ?? '')).toBe('text')
})

test('the key is not the secret itself', async () => {
  const sealer = await createSealer(testEnvironment(), [SECRET], 'login')
  const sealed = await sealer.seal('text')
  const key = Buffer.alloc(32, SECRET)
  expect(await thrown(() => compactDecrypt(sealed, key))).toBeInstanceOf(Error)
})

test.each([[[]], [['']], [['x'.repeat(31)]], [[SECRET, 'short']], [[undefined as never]]])(
  'secrets %j are refused as configuration',
  async (secrets) => {
    expect(await thrown(() => createSealer(testEnvironment(), secrets, 'login'))).toMatchObject({ code: 'OAUTH_USAGE' })
  },
)

test('LG03: a secret that is too short is not repeated', async () => {
  expect(String(await thrown(() => createSealer(testEnvironment(), ['canary-secret'], 'login')))).not.toContain('canary')
})
