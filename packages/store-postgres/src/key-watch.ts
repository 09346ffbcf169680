import { keyText, sha256 } from './key-text.js'
import { listen } from './listen.js'
import type { PostgresClient } from './postgres-pool.js'
import { CHANNEL } from './statements.js'

/** Tells who watches a key when it may have changed. However many are watched, one connection listens, and none when nobody watches. */
export class KeyWatch {
  readonly #connect: () => Promise<PostgresClient>
  /** By the hash of the key, which is what a notification carries: a payload is short, and anyone in the database may listen. */
  readonly #watched = new Map<string, Set<() => void>>()
  #stopListening: (() => void) | undefined

  constructor(connect: () => Promise<PostgresClient>) {
    this.#connect = connect
  }

  watch(key: string, changed: () => void): () => void {
    const name = sha256(keyText(key))
    const watchers = this.#watched.get(name) ?? new Set()
    // Its own function, as the same callback may watch twice.
    const watcher = () => changed()
    this.#watched.set(name, watchers.add(watcher))
    this.#stopListening ??= listen(this.#connect, CHANNEL, (heard) => this.#tell(heard))
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0 && this.#watched.get(name) === watchers) this.#watched.delete(name)
      if (this.#watched.size > 0) return
      this.#stopListening?.()
      this.#stopListening = undefined
    }
  }

  #tell(name: string | undefined): void {
    const told = name === undefined ? [...this.#watched.values()] : [this.#watched.get(name) ?? []]
    for (const watcher of told.flatMap((watchers) => [...watchers])) watcher()
  }
}
