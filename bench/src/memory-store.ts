import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryStore, OAuth2Session, type TokenRecord, type TokenStore } from '@oauth/core/session'
import type { Comparison } from './compare.ts'
import type { Count } from './count.ts'
import { freshToken } from './fresh-token.ts'
import { noRequests } from './no-requests.ts'

/** Keys that are read: as many in a small store as in a large one, so that the processor's caches hold all of them, or none. */
const HOT = 100
/** Bytes that a session may take beside its tokens. */
const MOST = 1024

/** What a session costs in the memory store, and whether the cost of reading one grows with how many there are. */
export async function* memoryStoreSize(brief: boolean): AsyncGenerator<Comparison | Count, void> {
  const [few, many] = brief ? [HOT, 1000] : [1000, 100_000]
  const small = await filled(few)
  const before = heapUsed()
  const large = await filled(many)
  const total = (heapUsed() - before) / many
  const texts = tokenBytes(large)
  yield {
    job: `the memory store with ${many} sessions`,
    lines: [`${Math.round(total)} bytes for a session, ${Math.round(total - texts)} without the ${texts} of its tokens`],
    isMet: brief || total - texts <= MOST,
  }
  yield {
    job: `get in a memory store with ${many} sessions`,
    ours: reader(large, many),
    peers: { [`with ${few}`]: { run: reader(small, few), atMost: 1.5 } },
    plan: { rounds: 31, operations: 100_000 },
  }
}

/** A store that sessions were put into in the way that an application does, so that all is counted that stays of them. */
async function filled(count: number): Promise<TokenStore> {
  const { token, ...registration } = freshToken().options
  const store = memoryStore<TokenRecord>()
  for (let index = 0; index < count; index++) {
    const session = new OAuth2Session({ ...registration, store, key: `user-${index}` }, noRequests)
    await session.setToken({ ...token, access_token: tokenText(index), refresh_token: tokenText(index) })
  }
  return store
}

/** A text of its own for each, 64 characters. */
function tokenText(index: number): string {
  return Buffer.from(String(index).padStart(48, '0')).toString('base64url')
}

/** The characters of a session's tokens, which take a byte each wherever they are kept. */
function tokenBytes(store: TokenStore): number {
  const entry = store.get('user-0')
  if (entry === undefined || entry instanceof Promise) throw new Error('The memory store has lost a session.')
  const { access_token, refresh_token = '' } = entry.value.token
  return access_token.length + refresh_token.length
}

/** Reads the hot keys in turn, which are spread over the store. */
function reader(store: TokenStore, count: number): () => unknown {
  const keys = Array.from({ length: HOT }, (_, index) => `user-${index * (count / HOT)}`)
  let turn = 0
  return () => store.get(keys[turn++ % HOT] ?? '')
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
