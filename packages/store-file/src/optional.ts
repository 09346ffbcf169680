/** The result of a file system call, or `undefined` when it fails with one of the codes that are expected. */
export function optional<R>(codes: string, call: () => R): R | undefined {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && 'code' in error && codes.split('|').includes(String(error.code))) return undefined
    throw error
  }
}
