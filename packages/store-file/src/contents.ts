import { UsageError } from '@oauth/core/adapter'
import { readOwnFile } from './read-own-file.js'

/** A value as it is in the file. */
export interface Slot<T> {
  readonly version: string
  readonly value: T
  /** Seconds since the epoch; absent when the value is kept for good. */
  readonly expires_at?: number
}

/** What the file holds, by key. */
export type Contents<T> = ReadonlyMap<string, Slot<T>>

/** Tells a file of this store from any other JSON, and from those of a later release. */
const FORMAT = '@oauth/store-file/1'

/** Tells whether a value's time is not over. */
export function isLive({ expires_at = Number.POSITIVE_INFINITY }: Slot<unknown>, now: number): boolean {
  return expires_at > now
}

/** The text of a file. */
export function textOf<T>(contents: Contents<T>): string {
  return `${JSON.stringify({ format: FORMAT, entries: Object.fromEntries(contents) })}\n`
}

/**
 * A function that reads the file, and parses it only when its bytes are not those of the last time. A file's times and number would
 * say less: two writes fit into one tick of the clock, and the number of a replaced file is given to the next one.
 */
export function contentsReader<T>(path: string): () => Contents<T> {
  let last: { readonly bytes: Buffer; readonly contents: Contents<T> } | undefined
  return () => {
    const bytes = readOwnFile(path)
    if (bytes === undefined) return new Map()
    if (last === undefined || !bytes.equals(last.bytes)) last = { bytes, contents: parse<T>(bytes, path) }
    return last.contents
  }
}

/** @throws {@link UsageError} without a cause: what JSON.parse throws quotes the text, and with it tokens. */
function parse<T>(bytes: Buffer, path: string): Contents<T> {
  const parsed = jsonOf(bytes)
  if (!isObject(parsed) || parsed['format'] !== FORMAT || !isObject(parsed['entries'])) throw foreign(path)
  const entries = Object.entries(parsed['entries'])
  if (!entries.every(([, slot]) => isSlot(slot))) throw foreign(path)
  return new Map(entries as [string, Slot<T>][])
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSlot(slot: unknown): boolean {
  return isObject(slot) && typeof slot['version'] === 'string' && ['number', 'undefined'].includes(typeof slot['expires_at'])
}

function foreign(path: string): UsageError {
  return new UsageError(
    `The file ${path} is damaged, or is not one of this store: its text is not JSON of the format ${FORMAT}. It is left as it is. Give the store another path, or move the file away and log in again.`,
  )
}
