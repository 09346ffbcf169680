import { AssertionError } from 'node:assert/strict'

/** How long something may take that should take no time at all, in milliseconds. */
const PATIENCE_MS = 5_000

/** Waits for what has to come soon. */
export async function inTime<T>(promise: Promise<T>, otherwise: string, ms: number = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AssertionError({ message: `${otherwise} within ${ms} ms` })), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
