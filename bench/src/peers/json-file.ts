import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A value in a file, for libraries that leave the keeping of tokens to hooks: replaced as a whole, read at each use. */
export interface JsonFile<T> {
  read(): T
  write(value: T): void
}

export function jsonFile<T>(folder: string): JsonFile<T> {
  const path = join(folder, 'token.json')
  return {
    read: () => JSON.parse(readFileSync(path, 'utf8')) as T,
    write(value) {
      const draft = `${path}.${process.pid}`
      writeFileSync(draft, JSON.stringify(value))
      renameSync(draft, path)
    },
  }
}
