import type { Store, StoreEntry } from '@oauth/core/session'
import type { StoreCheckId } from '../src/index.js'
import { type Row, SharedEngine } from './shared-engine.js'

type Good = ReturnType<SharedEngine['view']>
/** What is wrong with the views of an engine; they are numbered from 0. */
type Fault = (engine: SharedEngine) => (good: Good, view: number) => Partial<Store<unknown>>

/** A mistake that anybody could make, and the checks that find it. */
export interface Mistake {
  readonly fails: readonly StoreCheckId[]
  /** Makes an engine with the way to get views of it. */
  create(): { readonly engine: SharedEngine; view(): Store<unknown> }
}

const IN_32_BITS = 2 ** 31

export const mistakes: Readonly<Record<string, Mistake>> = {
  'a key that never was is null': mistake(['store.absent'], () => {
    const known = new Set<string>()
    return ({ get, compareAndSet }) => ({
      get: async (key) => (known.has(key) ? get(key) : (null as unknown as undefined)),
      compareAndSet: (key, expected, value, options) => {
        known.add(key)
        return compareAndSet(key, expected, value, options)
      },
    })
  }),
  'every delete deletes': mistake(
    ['store.absent', 'store.versions', 'store.foreign-version', 'store.delete', 'store.expiry', 'store.race'],
    () => (good) => ({
      delete: async (key, expected) => (await good.delete(key, expected)) || true,
    }),
  ),

  'creating overwrites': mistake(['store.create', 'store.race'], (engine) => (good) => ({
    compareAndSet: async (key, expected, value, options) =>
      expected === null ? engine.put(key, value, options.ttl) : good.compareAndSet(key, expected, value, options),
  })),
  'the version counts attempts to create': mistake(
    ['store.create'],
    countingAttempts((expected) => expected === null),
  ),

  'members that are null are dropped': mistake(['store.value'], () => ({ compareAndSet }) => ({
    compareAndSet: (key, expected, value, options) =>
      compareAndSet(
        key,
        expected,
        mapped(value, (member) => member ?? undefined),
        options,
      ),
  })),
  'numbers are whole': mistake(['store.value'], () => ({ compareAndSet }) => ({
    compareAndSet: (key, expected, value, options) =>
      compareAndSet(
        key,
        expected,
        mapped(value, (member) => (typeof member === 'number' ? Math.trunc(member) : member)),
        options,
      ),
  })),
  'objects are merged': mistake(['store.value'], () => ({ compareAndSet }) => ({
    compareAndSet: (key, expected, value, options) =>
      compareAndSet(key, expected, typeof value === 'string' ? value : Object.assign(Array.isArray(value) ? [] : {}, value), options),
  })),

  'a column of 64 KiB': mistake(['store.large-value'], () => ({ compareAndSet }) => ({
    compareAndSet: async (key, expected, value, options) => {
      if (JSON.stringify(value).length > 65_535) throw new Error('Data too long for column')
      return compareAndSet(key, expected, value, options)
    },
  })),

  'the object of the caller is kept': mistake(['store.isolation'], () => ({ get, compareAndSet }) => {
    const objects = new Map<string, unknown>()
    return {
      get: async (key) => withValue(await get(key), ({ version, value }) => objects.get(version) ?? value),
      compareAndSet: async (key, expected, value, options) => {
        const receipt = await compareAndSet(key, expected, value, options)
        if (receipt !== undefined) objects.set(receipt.version, value)
        return receipt
      },
    }
  }),
  'one object for all who get': mistake(['store.isolation'], () => ({ get }) => {
    const objects = new Map<string, unknown>()
    return {
      get: async (key) =>
        withValue(await get(key), ({ version, value }) => {
          if (!objects.has(version)) objects.set(version, value)
          return objects.get(version)
        }),
    }
  }),

  'the version counts attempts to replace': mistake(
    ['store.compare-and-set'],
    countingAttempts((expected) => expected !== null),
  ),
  'putting what is there already wins at any version': mistake(
    ['store.compare-and-set', 'store.race'],
    (engine) =>
      ({ compareAndSet }) => ({
        compareAndSet: (key, expected, value, options) => {
          const row = engine.live(key)
          return compareAndSet(key, row?.json === JSON.stringify(value) ? row.version : expected, value, options)
        },
      }),
  ),

  'versions are counted per key, and begin anew': mistake(['store.versions', 'store.foreign-version'], (engine) => {
    engine.nextVersion = (key) => String(Number(engine.live(key)?.version ?? 0) + 1)
    return () => ({})
  }),
  'the same, with the name of the key': mistake(['store.versions'], (engine) => {
    engine.nextVersion = (key) => `${key}#${Number(engine.live(key)?.version.split('#').at(-1) ?? 0) + 1}`
    return () => ({})
  }),

  'versions are counted per key, for ever': mistake(['store.foreign-version'], (engine) => {
    const counts = new Map<string, number>()
    engine.nextVersion = (key) => {
      counts.set(key, (counts.get(key) ?? 0) + 1)
      return String(counts.get(key))
    }
    return () => ({})
  }),

  'delete looks at no version': mistake(['store.versions', 'store.foreign-version', 'store.delete'], () => (good) => ({
    delete: (key) => good.delete(key),
  })),
  'what is deleted is only marked, and a write takes off the mark': mistake(['store.delete'], (engine) => {
    const marked = new Map<string, string>()
    return (good) => ({
      delete: async (key, expected) => {
        const row = engine.live(key)
        const deleted = await good.delete(key, expected)
        if (deleted && row !== undefined) marked.set(key, row.version)
        return deleted
      },
      compareAndSet: (key, expected, value, options) =>
        good.compareAndSet(
          key,
          expected !== null && !engine.rows.has(key) && marked.get(key) === expected ? null : expected,
          value,
          options,
        ),
    })
  }),

  'a write at a version creates what is absent': mistake(['store.delete', 'store.expiry'], (engine) => (good) => ({
    compareAndSet: (key, expected, value, options) =>
      good.compareAndSet(key, engine.live(key) === undefined ? null : expected, value, options),
  })),
  'a write at a version does not look at the time': mistake(['store.expiry'], (engine) => (good) => ({
    compareAndSet: (key, expected, value, options) => {
      const expired = engine.live(key) === undefined && engine.rows.get(key)?.version === expected
      return good.compareAndSet(key, expired ? null : expected, value, options)
    },
  })),
  'delete does not look at the time': mistake(['store.expiry'], (engine) => (good) => ({
    delete: async (key, expected) => (await good.delete(key, expected)) || (expected === undefined && engine.rows.delete(key)),
  })),

  'the ttl is that of the first write': mistake(['store.ttl'], (engine) => (good) => ({
    compareAndSet: (key, expected, value, { ttl }) => {
      const row = engine.live(key)
      return good.compareAndSet(key, expected, value, { ttl: row === undefined ? ttl : row.expiresAt - engine.time })
    },
  })),
  'a write that loses renews the ttl': mistake(['store.ttl'], (engine) => (good) => ({
    compareAndSet: async (key, expected, value, options) => {
      const receipt = await good.compareAndSet(key, expected, value, options)
      const row = engine.live(key)
      if (row !== undefined) engine.rows.set(key, { ...row, expiresAt: engine.time + options.ttl })
      return receipt
    },
  })),

  'milliseconds in 32 bits, as timers have them': mistake(['store.long-ttl'], () => (good) => ({
    compareAndSet: (key, expected, value, { ttl }) => good.compareAndSet(key, expected, value, { ttl: ttl * 1000 < IN_32_BITS ? ttl : 0 }),
  })),
  'whole seconds only': mistake(['store.long-ttl'], () => (good) => ({
    compareAndSet: async (key, expected, value, { ttl }) => {
      if (ttl % 1 > 0) throw new Error('value is not an integer or out of range')
      return good.compareAndSet(key, expected, value, { ttl })
    },
  })),

  'now in milliseconds': mistake(
    ['store.now'],
    inTime((time) => time * 1000),
  ),
  'now from get is when the store was opened': mistake(['store.now'], ({ time }) => ({ get }) => ({
    get: async (key) => {
      const entry = await get(key)
      return entry && { ...entry, now: time }
    },
  })),

  'now by the clock of the process': mistake(
    ['store.clock'],
    inTime((time, view) => time + view * 5),
  ),

  'keys in lower case': mistake(
    ['store.keys'],
    named((key) => key.toLowerCase()),
  ),
  'keys cut at 255 characters': mistake(
    ['store.keys'],
    named((key) => key.slice(0, 255)),
  ),
  'keys in one spelling': mistake(
    ['store.keys'],
    named((key) => key.normalize('NFC')),
  ),
  'keys without space around them': mistake(
    ['store.keys'],
    named((key) => key.trim()),
  ),
  'keys that end at NUL, as texts in C': mistake(
    ['store.keys'],
    named((key) => key.split('\u0000', 1)[0] ?? ''),
  ),
  'keys as paths': mistake(
    ['store.keys'],
    named((key) => new URL(encodeURI(key), 'file:///store/').pathname),
  ),
  'delete takes a pattern': mistake(['store.keys'], ({ rows }) => (good) => ({
    delete: async (key, expected) => {
      if (key.endsWith('*')) for (const other of [...rows.keys()]) if (other.startsWith(key.slice(0, -1))) rows.delete(other)
      return key.endsWith('*') || good.delete(key, expected)
    },
  })),

  'compares, and then sets': mistake(['store.race'], (engine) => ({ get }) => ({
    compareAndSet: async (key, expected, value, { ttl }) =>
      ((await get(key))?.version ?? null) === expected ? engine.put(key, value, ttl) : undefined,
  })),
  'looks whether it is there, and then deletes': mistake(['store.race'], () => (good) => ({
    delete: async (key, expected) => {
      const entry = await good.get(key)
      if (entry === undefined || (expected !== undefined && entry.version !== expected)) return false
      await good.delete(key)
      return true
    },
  })),

  'a cache that hears of its own writes alone': mistake(['store.shared'], (engine) => (good) => {
    const cache = new Map<string, Row>()
    return {
      get: async (key) => {
        const row = cache.get(key) ?? engine.live(key)
        if (row === undefined || row.expiresAt <= engine.time) return undefined
        cache.set(key, row)
        return { value: JSON.parse(row.json), version: row.version, now: engine.time }
      },
      compareAndSet: (key, expected, value, options) => {
        cache.delete(key)
        return good.compareAndSet(key, expected, value, options)
      },
      delete: (key, expected) => {
        cache.delete(key)
        return good.delete(key, expected)
      },
    }
  }),

  'local by name only': mistake(['store.local'], () => () => ({ local: true })),

  'tells nobody of a delete': mistake(['store.watch'], (engine) => () => ({
    delete: async (key, expected) => {
      const row = engine.live(key)
      return row !== undefined && row.version === (expected ?? row.version) && engine.rows.delete(key)
    },
  })),
  'tells nobody of a write': mistake(['store.watch'], (engine) => {
    engine.tell = () => undefined
    return () => ({})
  }),
  'stopping stops nothing': mistake(['store.watch'], () => ({ watch }) => ({
    watch: (key, changed) => {
      watch(key, changed)
      return () => undefined
    },
  })),
  'stopping one stops all': mistake(['store.watch'], ({ watchers }) => ({ watch }) => ({
    watch: (key, changed) => {
      watch(key, changed)
      return () => watchers.clear()
    },
  })),
}

function mistake(fails: readonly StoreCheckId[], fault: Fault): Mistake {
  return {
    fails,
    create() {
      const engine = new SharedEngine()
      const faulty = fault(engine)
      let views = 0
      return {
        engine,
        view() {
          const good = engine.view()
          return { ...good, ...faulty(good, views++) }
        },
      }
    },
  }
}

/** A store whose version moves on when a write of a kind has lost. */
function countingAttempts(counts: (expected: string | null) => boolean): Fault {
  return (engine) => (good) => ({
    compareAndSet: async (key, expected, value, options) => {
      const receipt = await good.compareAndSet(key, expected, value, options)
      const row = engine.live(key)
      if (receipt === undefined && row !== undefined && counts(expected)) engine.rows.set(key, { ...row, version: engine.nextVersion(key) })
      return receipt
    },
  })
}

/** A store that tells another time. */
function inTime(convert: (time: number, view: number) => number): Fault {
  return () => (good, view) => ({
    get: async (key) => {
      const entry = await good.get(key)
      return entry && { ...entry, now: convert(entry.now, view) }
    },
    compareAndSet: async (key, expected, value, options) => {
      const receipt = await good.compareAndSet(key, expected, value, options)
      return receipt && { ...receipt, now: convert(receipt.now, view) }
    },
  })
}

/** A store that has other names for keys. */
function named(name: (key: string) => string): Fault {
  return () => (good) => ({
    get: (key) => good.get(name(key)),
    compareAndSet: (key, expected, value, options) => good.compareAndSet(name(key), expected, value, options),
    delete: (key, expected) => good.delete(name(key), expected),
    watch: (key, changed) => good.watch(name(key), changed),
  })
}

function mapped(value: unknown, member: (value: unknown) => unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_name, inner) => member(inner))
}

function withValue(
  entry: StoreEntry<unknown> | undefined,
  value: (entry: StoreEntry<unknown>) => unknown,
): StoreEntry<unknown> | undefined {
  return entry && { ...entry, value: value(entry) }
}
