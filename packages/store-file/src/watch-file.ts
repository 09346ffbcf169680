import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { targetOf } from './target.js'

/** Calls back when a file was replaced, and returns the way to stop. Keeps no process alive. The folder is watched: the file is another one after each write. */
export function watchFile(path: string, changed: () => void): () => void {
  try {
    const target = targetOf(path)
    const watcher = watch(dirname(target), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(target)) changed()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    // A hint that is not to be had: the system has no watches left, or the folder cannot be made. Callers look for themselves.
    return () => {}
  }
}
