import type { Json, JsonObject } from '../http/json.js'

/**
 * The claims of OpenID Connect in the answer of an API that has its own names for them: `{ sub: 'data.0.id' }` says that `sub` is the `id` of
 * the first of `data`. What is missing or empty is left out, and so is all that has no name here. A number that names a person becomes a text.
 */
export function claimsAt(answer: JsonObject, members: Readonly<Record<string, string>>): JsonObject {
  const claims = Object.entries(members).map(([claim, path]) => [claim, valueAt(answer, path)] as const)
  const present = claims.filter(([, value]) => value !== undefined && value !== null && value !== '')
  return Object.fromEntries(present.map(([claim, value]) => [claim, claim === 'sub' && typeof value === 'number' ? String(value) : value]))
}

function valueAt(answer: Json, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, name) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined
  }, answer)
}
