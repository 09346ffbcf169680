import { equal } from 'node:assert/strict'
import { cases } from '../check.js'
import type { StoreCheck, StoreSubject } from './check.js'
import { AFTER, SHORT } from './expiry.js'
import { created, newKey, type StoreView } from './view.js'

export const versions: StoreCheck = {
  id: 'store.versions',
  title: 'a version never comes again for a key, so that a late writer loses for ever',
  run: (subject) =>
    cases({
      'over 100 writes': () => over100Writes(subject),
      'after delete': () => afterDelete(subject),
      'after expiry': () => afterExpiry(subject),
    }),
}

async function over100Writes({ view }: StoreSubject): Promise<void> {
  const key = newKey()
  const versions = [await created(view, key, { same: true })]
  for (let write = 1; write < 100; write++) {
    const receipt = await view.compareAndSet(key, versions.at(-1) ?? null, { same: true })
    equal(typeof receipt?.version, 'string', 'the version of the write before lost')
    versions.push(String(receipt?.version))
  }
  equal(new Set(versions).size, versions.length, 'a version came again')
}

async function afterDelete({ view }: StoreSubject): Promise<void> {
  const key = newKey()
  const versions: string[] = []
  for (let life = 0; life < 20; life++) {
    versions.push(await created(view, key, { same: true }))
    equal(await view.delete(key), true, 'delete did not find the key')
  }
  equal(new Set(versions).size, versions.length, 'a version came again')
  await created(view, key, { same: true })
  await allLose(view, key, versions)
}

async function afterExpiry({ view, elapse }: StoreSubject): Promise<void> {
  const key = newKey()
  const version = await created(view, key, { same: true }, SHORT)
  await elapse(AFTER)
  await created(view, key, { same: true })
  await allLose(view, key, [version])
}

async function allLose(view: StoreView, key: string, versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    equal(await view.compareAndSet(key, version, { late: true }), undefined, 'a writer from an earlier life of the key won')
    equal(await view.delete(key, version), false, 'a delete from an earlier life of the key won')
  }
}
