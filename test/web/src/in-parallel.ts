/** Does the same with each value, so many at a time, and keeps the order. */
export async function inParallel<T, U>(values: readonly T[], work: (value: T) => Promise<U>, limit = 8): Promise<readonly U[]> {
  const results: U[] = []
  const entries = values.entries()
  async function worker(): Promise<void> {
    for (const [index, value] of entries) results[index] = await work(value)
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}
