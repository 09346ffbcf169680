import { memoryStore, OAuth2Session } from '@oauth/core/session'
import type { Comparison } from './compare.ts'
import { freshToken } from './fresh-token.ts'
import { noRequests } from './no-requests.ts'

/** A fresh token asked for, as each request does, beside a function that does nothing but compare its expiry. */
export async function* lifeCycle(): AsyncGenerator<Comparison, void> {
  const { options } = freshToken()
  const own = new OAuth2Session(options, noRequests)
  await own.ensureActiveToken()
  const stored = new OAuth2Session({ ...options, store: memoryStore(), key: 'alice' }, noRequests)
  await stored.ensureActiveToken()
  const expiresAt = Number(options.token?.expires_at)
  const compared = async () => expiresAt - 60 > Date.now() / 1000
  const plan = { rounds: 31, operations: 20_000 }
  for (const [where, session] of Object.entries({ 'in the session': own, 'in a memory store': stored })) {
    yield {
      job: `a fresh token ${where}`,
      ours: () => session.ensureActiveToken(),
      peers: { 'an async function that compares the expiry': { run: compared, atMost: 3 } },
      plan,
    }
  }
}
