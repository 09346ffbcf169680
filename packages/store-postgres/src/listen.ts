import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { PostgresClient } from './postgres-pool.js'

const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 30_000

/**
 * Keeps one connection listening on a channel until it is stopped, and takes another one when it breaks.
 *
 * @param heard called with each payload, and with none whenever the listening begins: something may have been missed before.
 */
export function listen(connect: () => Promise<PostgresClient>, channel: string, heard: (payload?: string) => void): () => void {
  const stopping = new AbortController()
  void keepListening()
  return () => stopping.abort()

  async function keepListening(): Promise<void> {
    const { signal } = stopping
    let failures = 0
    while (!signal.aborted) {
      try {
        await listenOn(await connect(), () => {
          failures = 0
        })
      } catch {
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures++, MAX_PAUSE_MS)
        await setTimeout(pause, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }

  /** Resolves when it is stopped, rejects when the connection breaks. */
  async function listenOn(client: PostgresClient, begun: () => void): Promise<void> {
    const { signal } = stopping
    const notified = ({ payload }: { payload?: string }) => heard(payload)
    client.on('notification', notified)
    client.on('error', ignore)
    // Settles at an end, an error or a stop alike, and takes its listeners away then.
    const over = once(client, 'end', { signal }).catch(ignore)
    try {
      await client.query(`LISTEN ${channel}`)
      begun()
      heard()
      await over
      if (!signal.aborted) throw new Error('The connection broke.')
      await client.query(`UNLISTEN ${channel}`)
    } catch (error) {
      client.off('notification', notified)
      client.release(true)
      throw error
    }
    client.off('notification', notified)
    client.off('error', ignore)
    client.release()
  }
}

function ignore(): void {}
