/** What a call ends with that has to fail. */
export async function rejection(call: () => Promise<unknown>): Promise<Error> {
  const reason = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (reason instanceof Error) return reason
  throw new Error('it did not fail')
}
