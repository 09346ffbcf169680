import { AssertionError } from 'node:assert'

/** How a test runner registers a test: `it` or `test` of vitest, jest, mocha or `node:test` will do. */
export type RegisterTest = (title: string, run: () => Promise<void>) => unknown

/** Checks that are left out, each with the reason why it cannot hold for this adapter. */
export type SkippedChecks<Id extends string> = Readonly<Partial<Record<Id, string>>>

/** One requirement: its id is what a failure, or a skip, is called by. */
export interface Check<Subject, Id extends string = string> {
  readonly id: Id
  /** What has to hold, as a sentence. */
  readonly title: string
  /** Rejects when it does not hold. */
  run(subject: Subject): Promise<void>
}

/**
 * Registers checks as tests. A skipped one is registered too, with its reason in the title, so that a report shows it.
 *
 * @throws TypeError for a skip without a reason, or of a check that does not exist.
 */
export function register<Subject, Id extends string>(
  test: RegisterTest,
  checks: readonly Check<Subject, Id>[],
  { create, skip }: { readonly create: () => Subject | Promise<Subject>; readonly skip?: SkippedChecks<Id> | undefined },
): void {
  const ids: readonly string[] = checks.map(({ id }) => id)
  for (const [id, reason] of Object.entries<unknown>(skip ?? {})) {
    if (!ids.includes(id)) throw new TypeError(`There is no check "${id}" to skip. Checks: ${ids.join(', ')}.`)
    if (typeof reason !== 'string' || reason.trim() === '') throw new TypeError(`Skipping "${id}" needs a reason.`)
  }
  for (const { id, title, run } of checks) {
    const reason = skip?.[id]
    if (reason === undefined) test(`${id}: ${title}`, async () => run(await create()))
    else test(`${id}: skipped: ${reason}`, async () => undefined)
  }
}

/**
 * Runs the cases of a check, all of them side by side, and fails with the list of those that failed: an adapter is mended faster with the whole
 * picture.
 */
export async function cases(all: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
  const names = Object.keys(all)
  const results = await Promise.allSettled(Object.values(all).map((run) => run()))
  const failures = results.flatMap((result, index) =>
    result.status === 'fulfilled' ? [] : [`${names[index]}: ${messageOf(result.reason)}`],
  )
  if (failures.length > 0) throw new AssertionError({ message: failures.join('\n') })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
