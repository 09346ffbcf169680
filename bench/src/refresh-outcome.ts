import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Login } from './refresh-peer.ts'
import type { RefreshProcess } from './refresh-processes.ts'
import { startRotatingServer } from './rotating-server.ts'

/** Who wants to use the token, and how far away the server is. */
export interface Crowd {
  readonly processes: readonly RefreshProcess[]
  /** In each process. */
  readonly callers: number
  /** Milliseconds. */
  readonly latency: number
}

/** What came of one expired token that many wanted to use. */
export interface Outcome {
  readonly requests: number
  readonly isRevoked: boolean
  /** Callers that got a token at all, and those whose token worked when all had been answered. */
  readonly answered: number
  readonly usable: number
  /** What one of the others was told. */
  readonly error: string | undefined
}

/** Lets a crowd loose on a login of its own. */
export async function refreshOutcome(crowd: Crowd, place: Pick<Login, 'redis' | 'isShared'>): Promise<Outcome> {
  const { processes, callers, latency } = crowd
  const server = await startRotatingServer(latency)
  const folder = await mkdtemp(join(tmpdir(), 'refresh-'))
  try {
    const login = { ...place, origin: server.origin, tokens: server.tokens, folder }
    await processes[0]?.save(login)
    await Promise.all(processes.map((process) => process.open(login)))
    const calls = processes.map((process) => process.calls(callers))
    await Promise.all(calls.map(({ called }) => called))
    server.answer()
    const answers = (await Promise.all(calls.map(({ answers }) => answers))).flat()
    const tokens = answers.flatMap((answer) => ('token' in answer ? [answer.token] : []))
    return {
      requests: server.requests(),
      isRevoked: server.isRevoked(),
      answered: tokens.length,
      usable: tokens.filter((token) => server.accepts(token)).length,
      error: answers.flatMap((answer) => ('error' in answer ? [answer.error] : []))[0],
    }
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}
