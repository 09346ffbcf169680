/** What Next says of the request under way; `undefined` where a handler is called without Next, as tests do. */
export async function withinNext<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Error && error.message.includes('outside a request scope')) return undefined
    throw error
  }
}
