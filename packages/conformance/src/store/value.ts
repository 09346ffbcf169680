import { deepEqual, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { cases } from '../check.js'
import type { StoreCheck } from './check.js'
import { created, newKey, present } from './view.js'

/** What JSON can say, and what engines are known to bend. */
const VALUES: Readonly<Record<string, unknown>> = {
  'members that nobody knows': { v: 1, token: { access_token: 'a', 'x-vendor': { kept: true } } },
  'false, null, zero and empty': { no: false, none: null, zero: 0, empty: '', list: [], object: {} },
  numbers: { fraction: 1.5, small: 1e-9, large: Number.MAX_SAFE_INTEGER, negative: -1, after2038: 4_102_444_800 },
  'texts that look like something else': { number: '1', leading: '007', yes: 'true', none: 'null', json: '{"a":[1]}' },
  'unicode, also beyond the first plane': { text: 'Zoë 漢字 שלום 👩‍💻', 'ключ 🔑': 'é ≠ e\u0301' },
  'control characters': { text: 'a\u0000b\tc\r\nd\u2028e' },
  'quotes and backslashes': { text: `'"\`\\ \${x} %s $1 --` },
  'a member without a name': { '': { '': 'empty' } },
  'members that objects have anyway': JSON.parse('{"__proto__":{"admin":true},"constructor":"c","toString":"t"}'),
  'lists in lists': { list: [1, [2, [3, [null]]], { in: ['a'] }] },
  'thirty levels': nested(30),
  'a text alone': 'eyJhbGciOiJkaXIi..x',
}

export const value: StoreCheck = {
  id: 'store.value',
  title: 'what was put comes back as it was, whatever JSON can say',
  run: ({ view }) =>
    cases(
      Object.fromEntries(
        Object.entries(VALUES).map(([name, put]) => [
          name,
          async () => {
            const key = newKey()
            await created(view, key, put)
            deepEqual((await present(view, key)).value, put, 'it came back as something else')
          },
        ]),
      ),
    ),
}

export const largeValue: StoreCheck = {
  id: 'store.large-value',
  title: 'a value of 256 KiB comes back whole',
  async run({ view }) {
    const key = newKey()
    const text = randomBytes(196_608).toString('base64')
    await created(view, key, { text })
    const { value } = await present(view, key)
    // Not compared by `equal`, which would print both.
    ok((value as { text?: unknown }).text === text, 'it came back as something else')
  },
}

export const isolation: StoreCheck = {
  id: 'store.isolation',
  title: 'changing an object that was put, or that get gave, does not change what is stored',
  async run({ view }) {
    const key = newKey()
    const expected = { token: { scope: 'a' }, list: [1] }
    const put = structuredClone(expected)
    await created(view, key, put)
    tamper(put)
    const { value } = await present(view, key)
    deepEqual(value, expected, 'the store keeps the object of its caller')
    tamper(value as typeof put)
    deepEqual((await present(view, key)).value, expected, 'the store gives away the object that it keeps')
  },
}

/** A store may well give away objects that cannot be changed. */
function tamper(value: { token: { scope: string }; list: number[] }): void {
  for (const change of [
    () => Object.assign(value.token, { scope: 'changed' }),
    () => value.list.push(2),
    () => Object.assign(value, { more: 1 }),
  ]) {
    try {
      change()
    } catch {
      // Then it is not changed.
    }
  }
}

function nested(levels: number): unknown {
  return levels === 0 ? 'end' : { in: nested(levels - 1) }
}
