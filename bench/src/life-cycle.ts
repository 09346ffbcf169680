import { memoryStore, OAuth2Session } from '@oauth/core/session'
import type { Comparison } from './compare.ts'
import { freshToken } from './fresh-token.ts'

/** A fresh token asked for, as each request does, beside a function that does nothing but compare its expiry. */
export async function* lifeCycle(): AsyncGenerator<Comparison, void> {
  const { options } = freshToken()
  const client = { transport: () => Promise.reject(new Error('A fresh token needs no request.')), authorised: () => undefined }
  const own = new OAuth2Session(options, client)
  await own.ensureActiveToken()
  const stored = new OAuth2Session({ ...options, store: memoryStore(), key: 'alice' }, client)
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
