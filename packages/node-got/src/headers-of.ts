/** Headers as got has them. */
export type GotHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** Those that are there, with the values of each in one text. */
export function headersOf(headers: GotHeaders): Record<string, string> {
  const there: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value !== undefined) there[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return there
}
