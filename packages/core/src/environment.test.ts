import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test, vi } from 'vitest'
import { defaultEnvironment, type OAuthEvent } from './environment.js'

const environment = defaultEnvironment()

test('now is in seconds, monotonic in milliseconds', () => {
  expect(Math.abs(environment.now() - Date.now() / 1000)).toBeLessThan(1)
  const before = environment.monotonic()
  expect(environment.monotonic()).toBeGreaterThanOrEqual(before)
})

test('AR25: random bytes are as many as asked for, and others each time', () => {
  expect(environment.randomBytes(32)).toHaveLength(32)
  expect(environment.randomBytes(32)).not.toEqual(environment.randomBytes(32))
})

test.each([
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
] as const)('on Node %s is synchronous', (algorithm, name) => {
  const data = Uint8Array.of(1, 2, 3)
  expect(Buffer.from(environment.digest?.(algorithm, data) ?? [])).toEqual(createHash(name).update(data).digest())
})

test('RFC 7518 §5.3: on Node A256GCM is synchronous; a wrong tag, key or header opens nothing', () => {
  const { aead } = environment
  if (aead === undefined) throw new Error('Node has A256GCM')
  const key = { key: new Uint8Array(32), additionalData: Uint8Array.of(4) }
  const encrypted = aead.seal('é😀', new Uint8Array(12), key)
  expect(encrypted).toEqual({
    iv: 'A'.repeat(16),
    ciphertext: expect.stringMatching(/^[\w-]{8}$/),
    tag: expect.stringMatching(/^[\w-]{22}$/),
  })
  expect(aead.open(encrypted, key)).toBe('é😀')
  const tag = Buffer.from(Buffer.from(encrypted.tag, 'base64url').map((byte) => byte ^ 1)).toString('base64url')
  expect(aead.open({ ...encrypted, tag }, key)).toBeUndefined()
  expect(aead.open(encrypted, { ...key, key: key.key.map((byte) => byte ^ 1) })).toBeUndefined()
  expect(aead.open(encrypted, { ...key, additionalData: Uint8Array.of(5) })).toBeUndefined()
})

test('sleep ends after its time, or at once with the reason of the abort', async () => {
  expect(await environment.sleep(0)).toBeUndefined()
  const reason = new Error('stopped')
  await expect(environment.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const sleeping = expect(environment.sleep(60_000, controller.signal)).rejects.toBe(reason)
  controller.abort(reason)
  await sleeping
})

test('on Node events are published on the channel of their type, and on no other', () => {
  const heard: unknown[] = []
  const listen = (message: unknown) => heard.push(message)
  const event: OAuthEvent = { type: 'refreshed', key: 'alice', tokenHash: 'hash' }
  subscribe('oauth:refreshed', listen)
  subscribe('oauth:ended', listen)
  environment.emit?.(event)
  unsubscribe('oauth:refreshed', listen)
  unsubscribe('oauth:ended', listen)
  environment.emit?.(event)
  expect(heard).toEqual([event])
})

test('F07: all of a process have their pauses in common, another copy of this module included', async () => {
  vi.resetModules()
  const copy = await import('./environment.js')
  expect(copy.defaultEnvironment).not.toBe(defaultEnvironment)
  expect(copy.defaultEnvironment().pauses).toBe(environment.pauses)
  expect(defaultEnvironment().pauses).toBe(environment.pauses)
})

test("where Node's modules cannot be had, though a function says so, hashes and A256GCM are left to WebCrypto", () => {
  const refused = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
    throw new Error('A Node.js API is used which is not supported in the Edge Runtime.')
  })
  onTestFinished(() => refused.mockRestore())
  expect(Object.keys(defaultEnvironment()).toSorted()).toEqual(['monotonic', 'now', 'pauses', 'randomBytes', 'sleep'])
})
