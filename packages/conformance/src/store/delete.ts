import { deepEqual, equal } from 'node:assert/strict'
import type { StoreCheck } from './check.js'
import { created, newKey, present, replaced } from './view.js'

export const deletion: StoreCheck = {
  id: 'store.delete',
  title: 'delete deletes, at a version only that one, tells the truth, and what was deleted stays so for a late writer',
  async run({ view }) {
    const key = newKey()
    const first = await created(view, key, { token: 'a' })
    const second = await replaced(view, key, { token: 'b' })
    equal(await view.delete(key, first), false, 'a delete at an old version said that it deleted')
    deepEqual((await present(view, key)).value, { token: 'b' }, 'a delete at an old version changed the value')
    equal(await view.delete(key, second), true, 'a delete at the present version said that there was nothing to delete')
    equal(await view.get(key), undefined, 'what was deleted is still there')
    equal(await view.compareAndSet(key, second, { token: 'late' }), undefined, 'a late writer won against a delete')
    equal(await view.get(key), undefined, 'a late writer brought back what was deleted')
    equal(await view.delete(key), false, 'what is gone was deleted once more')

    await created(view, key, { token: 'c' })
    equal(await view.delete(key), true, 'a delete without a version said that there was nothing to delete')
    equal(await view.get(key), undefined, 'what was deleted without a version is still there')
  },
}
