import type { TestProcess } from '../../src/session/testing/processes.js'
import type { TokenStore } from '../../src/session/token-record.js'

export { current, expired, held } from '../../src/session/testing/processes.js'

/** The same process on a store that is a little different. */
export function on(process: TestProcess, change: (store: TokenStore) => Partial<TokenStore>): TestProcess {
  const { store } = process.place
  return { ...process, place: { ...process.place, store: { ...store, ...change(store) } } }
}
