/** Copies what JSON can say, into objects that nobody can change: one copy does for all who get it. */
export function frozenCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const copy = Array.isArray(value)
    ? value.map(frozenCopy)
    : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, frozenCopy(member)]))
  return Object.freeze(copy) as T
}
