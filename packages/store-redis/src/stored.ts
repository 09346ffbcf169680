import { randomUUID } from 'node:crypto'

/** How many characters of what is stored are its version. A space and the value as JSON follow. */
export const VERSION_LENGTH = 36

const STORED = /^([\da-f-]{36}) (.*)$/s

/** A version that no write had before, whatever the server forgot: docs/adr/0015-versions-in-redis.md. */
export function newVersion(): string {
  return randomUUID()
}

/** What is stored for a value. */
export function serialize(version: string, value: unknown): string {
  return `${version} ${JSON.stringify(value)}`
}

/** The version and the value in what is stored; `undefined` when it was not written by this package. */
export function parse(stored: string): { readonly version: string; readonly value: unknown } | undefined {
  const [, version, json] = STORED.exec(stored) ?? []
  if (version === undefined || json === undefined) return undefined
  try {
    return { version, value: JSON.parse(json) }
  } catch {
    // The error of the parser quotes the value.
    return undefined
  }
}
