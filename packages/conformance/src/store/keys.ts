import { deepEqual, equal } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { StoreCheck } from './check.js'
import { created, present } from './view.js'

/** Keys that an engine may take for one another, all of one family. */
function oddKeys(): readonly string[] {
  const base = `conformance:${randomUUID()}`
  const long = base.padEnd(511, 'x')
  return [
    base,
    ...['a', 'A', ':', ':a', '::a', '/a', '/../a', '.', '%3Aa', ' ', '  ', ' a', '\ta', '\na', '\u0000', '\u0000a'].map(
      (end) => base + end,
    ),
    ...['*', '?', '%', '_', '[a]', '{a}', '{', '}', '"', "'", "''", '`', '\\', '\\\\', '$1', '\r\n', '#', '+'].map((end) => base + end),
    // The same letter in two spellings, as file systems may fold, and letters of other planes.
    ...['\u00e9', 'e\u0301', 'ß', 'ss', 'ı', 'i', '漢', '🔑', '🔒'].map((end) => base + end),
    `${long}a`,
    `${long}A`,
    `${long}b`,
  ]
}

export const keys: StoreCheck = {
  id: 'store.keys',
  title: 'keys are any text: none of them is taken for another, a part, or a pattern',
  async run({ view }) {
    const keys = oddKeys()
    for (const [n, key] of keys.entries()) await created(view, key, { n })
    for (const [n, key] of keys.entries()) {
      deepEqual((await present(view, key)).value, { n }, `${JSON.stringify(key)} has the value of another key`)
    }
    for (const [n, key] of keys.entries()) {
      equal(await view.delete(key), true, `${JSON.stringify(key)} was gone before it was deleted: as part of which other key?`)
      equal(await view.get(key), undefined, `${JSON.stringify(key)} is there after it was deleted`)
      const next = keys[n + 1]
      if (next !== undefined) deepEqual((await view.get(next))?.value, { n: n + 1 }, `deleting ${JSON.stringify(key)} hit the next key`)
    }
  },
}
