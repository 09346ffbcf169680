import { AssertionError } from 'node:assert/strict'
import { cases } from '../check.js'
import type { StoreCheck } from './check.js'
import { newKey, type StoreView } from './view.js'

const CALLS: Readonly<Record<string, (view: StoreView) => Promise<unknown>>> = {
  get: (view) => view.get(newKey()),
  'compareAndSet of a new key': (view) => view.compareAndSet(newKey(), null, { n: 1 }),
  'compareAndSet of a version': (view) => view.compareAndSet(newKey(), '1', { n: 1 }),
  delete: (view) => view.delete(newKey()),
}

export const gone: StoreCheck = {
  id: 'store.gone',
  title: 'without its engine it rejects, soon; an answer would log everybody out, or say that they are',
  run: ({ gone }) =>
    cases(
      Object.fromEntries(
        Object.entries(CALLS).map(([name, call]) => [
          name,
          async () => {
            const view = await gone()
            let answer: unknown
            try {
              answer = await call(view)
            } catch (error) {
              if (error instanceof AssertionError) throw error
              return
            }
            throw new AssertionError({ message: `it answered ${String(answer)}; it has to reject` })
          },
        ]),
      ),
    ),
}
