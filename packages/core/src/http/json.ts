import { type Explanation, explain } from '../error/explain.js'

/** A JSON value. Objects have no prototype and no member named `__proto__`, `constructor` or `prototype`. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object, without a prototype. */
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

/** Deepest nesting that is read. */
export const MAX_DEPTH = 32

/** Names that could reach `Object.prototype` when somebody merges the parsed object carelessly. */
export const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Why a text was not taken as JSON. */
export class JsonProblem extends Error {
  override readonly name = 'JsonProblem'
  readonly kind: 'syntax' | 'depth' | 'duplicate'

  constructor(kind: 'syntax' | 'depth' | 'duplicate', message: Explanation) {
    super(message || kind)
    this.kind = kind
  }
}

/**
 * Parses JSON more strictly than `JSON.parse`: a member name given twice, nesting deeper than {@link MAX_DEPTH} and names that
 * reach into prototypes do not get through. (RFC 8259 §4 leaves duplicates open, and parsers differ: an attacker picks the reading.)
 *
 * @throws {@link JsonProblem} without any part of the text in its message.
 */
export function parseJson(text: string): Json {
  const value = parsed(text)
  // Of members with the same name, however they are spelt, `JSON.parse` keeps the last: then there are fewer than the text has names.
  if (strip(value) !== nameCount(text)) throw new JsonProblem('duplicate', explain && 'has a member name twice in one object')
  return value
}

/** Tells whether a JSON value is an object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    // Some platforms give up on deep nesting, and call that a syntax error too; the difference is one of words alone.
    throw isDeep?.(text) ? tooDeep() : new JsonProblem('syntax', explain && 'is not valid JSON')
  }
}

/** Takes the prototypes of a value that was just parsed away, and the names that reach into them. Tells how many members there were. */
function strip(value: Json, depth = 1): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > MAX_DEPTH) throw tooDeep()
  if (Array.isArray(value)) return value.reduce<number>((count, item) => count + strip(item, depth + 1), 0)
  const members = value as Record<string, Json>
  let count = 0
  // Entries would take half as long as parsing did.
  for (const name of Object.keys(members)) {
    count += 1 + strip(members[name] as Json, depth + 1)
    if (PROTOTYPE_NAMES.has(name)) delete members[name]
  }
  Object.setPrototypeOf(members, null)
  return count
}

/** How many member names a text has that is JSON: strings with a colon behind them. */
function nameCount(text: string): number {
  // Without escapes each quote begins a string or ends one.
  const plain = text.includes('\\') ? text.replace(/\\./g, '') : text
  let count = 0
  for (let at = plain.indexOf('"'); at !== -1; at = plain.indexOf('"', at)) {
    at = plain.indexOf('"', at + 1)
    do at++
    while (
      // The space is the highest of the white space that JSON knows.
      plain.charCodeAt(at) <= 0x20
    )
    if (plain[at] === ':') count++
  }
  return count
}

/** Tells whether a text that is no JSON for the platform is nested too deeply: what stands in strings, ended or not, does not count. */
const isDeep = explain
  ? (text: string): boolean => {
      let depth = 0
      for (const character of text.replace(/"[^"\\]*(?:\\[\s\S]?[^"\\]*)*"?/g, '')) {
        if (character === '{' || character === '[') depth++
        if (character === '}' || character === ']') depth--
        if (depth > MAX_DEPTH) return true
      }
      return false
    }
  : undefined

function tooDeep(): JsonProblem {
  return new JsonProblem('depth', explain && `is nested deeper than ${MAX_DEPTH} levels`)
}
