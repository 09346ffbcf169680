import { ASSERTION_CASES } from './assertion-cases.ts'
import { AUTHORIZATION_CASES } from './authorization-cases.ts'
import type { Case, Context } from './case.ts'
import { contextFrom } from './control.ts'
import { FETCH } from './fetch-adapter.ts'
import { type Identity, identity } from './identity.ts'
import { KY } from './ky-adapter.ts'
import { KY_CASES } from './ky-cases.ts'
import { ROUTE_CASES } from './route-cases.ts'
import { SERVER_CASES } from './server-cases.ts'
import { sessionCases } from './session-cases.ts'
import { transportCases } from './transport-cases.ts'

/** Everything that must hold on every runtime. Uses what all of them have, and nothing else. */
export const CASES: readonly Case[] = [
  ...AUTHORIZATION_CASES,
  ...ASSERTION_CASES,
  ...SERVER_CASES,
  ...transportCases(FETCH),
  ...ROUTE_CASES,
  ...sessionCases(FETCH),
  ...transportCases(KY),
  ...sessionCases(KY),
  ...KY_CASES,
]

/** How one case ended. */
export interface Outcome {
  readonly title: string
  /** What was found instead; absent when the case holds. */
  readonly failure?: string
}

/** What a runtime hands back. */
export interface Report {
  readonly identity: Identity
  readonly outcomes: readonly Outcome[]
}

/** Longest time for one case, in milliseconds: one that hangs must not hide what became of the others. */
const TIME_LIMIT_MS = 10_000

/** Runs all cases in this runtime, one after the other: some of them end tokens of all. */
export async function runSuite(controlUrl: string): Promise<Report> {
  const context = await contextFrom(controlUrl)
  const outcomes: Outcome[] = []
  for (const each of CASES) outcomes.push(await outcome(each, context))
  return { identity: identity(), outcomes }
}

async function outcome({ title, run }: Case, context: Context): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${TIME_LIMIT_MS} ms`)), TIME_LIMIT_MS)
  })
  try {
    await Promise.race([run(context), late])
    return { title }
  } catch (error) {
    return { title, failure: described(error) }
  } finally {
    clearTimeout(timer)
  }
}

/** An error and its causes. Stacks of some runtimes lack the message. */
function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${described(error.cause)}`
  return `${error.name}: ${error.message}\n${error.stack ?? ''}${cause}`
}
