/**
 * Refuses options that nothing reads, mostly misspelt ones: a check that was to be skipped would fail, or one that was to be made be skipped.
 *
 * @throws TypeError
 */
export function assertOptions(options: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new TypeError(`${where}: there is no option ${JSON.stringify(unknown)}. Known options: ${known.join(', ')}.`)
}
