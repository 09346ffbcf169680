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
const PROTOTYPE_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

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
  refuseDuplicates(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new JsonProblem('syntax', explain && 'is not valid JSON')
  }
  return withoutPrototypes(value as Json)
}

/** Tells whether a JSON value is an object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Walks the text once, before it is parsed, and keeps the member names of each open object. Text that is no JSON passes through here in
 * linear time and is refused by `JSON.parse`.
 */
function refuseDuplicates(text: string): void {
  const open: (Set<string> | undefined)[] = []
  let expectsName = false
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        if (open.length === MAX_DEPTH) throw new JsonProblem('depth', explain && `is nested deeper than ${MAX_DEPTH} levels`)
        expectsName = text[at] === '{'
        open.push(expectsName ? new Set() : undefined)
        break
      case 0x7d: // }
      case 0x5d: // ]
        open.pop()
        expectsName = false
        break
      case 0x2c: // ,
        expectsName = open.at(-1) !== undefined
        break
      case 0x22: {
        const end = stringEnd(text, at)
        if (expectsName) keep(open.at(-1), text.slice(at, end + 1))
        expectsName = false
        at = end
        break
      }
    }
  }
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function keep(names: Set<string> | undefined, literal: string): void {
  // Only a name with an escape can be spelt in two ways; `"sub"` is the name `sub`.
  const name = literal.includes('\\') ? unescaped(literal) : literal.slice(1, -1)
  if (names?.has(name)) throw new JsonProblem('duplicate', explain && 'has a member name twice in one object')
  names?.add(name)
}

function unescaped(literal: string): string {
  try {
    return JSON.parse(literal) as string
  } catch {
    throw new JsonProblem('syntax', explain && 'is not valid JSON')
  }
}

function withoutPrototypes(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutPrototypes)
  const copy: Record<string, Json | undefined> = Object.create(null)
  for (const [name, member] of Object.entries(value as JsonObject)) {
    if (!PROTOTYPE_NAMES.has(name)) copy[name] = withoutPrototypes(member as Json)
  }
  return copy
}
