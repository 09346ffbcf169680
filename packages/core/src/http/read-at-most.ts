/** How much is read of a stream, and until when. */
export interface ReadOptions {
  /** In bytes. */
  readonly most: number
  /** Ends reading: what came until then is returned. */
  readonly signal: AbortSignal
}

/** All bytes of a stream; `undefined` where there are more than `most`, and then the stream is given up. */
export async function readAtMost(
  stream: ReadableStream<Uint8Array> | null,
  { most, signal }: ReadOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Not every browser can iterate a stream.
  const reader = stream?.getReader()
  // Not waited for: it ends when whoever has a copy of the stream gives that up too.
  const giveUp = () => reader?.cancel().catch(() => undefined)
  signal.addEventListener('abort', giveUp)
  try {
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      size += part.value.length
      if (size > most) {
        giveUp()
        return undefined
      }
      chunks.push(part.value)
    }
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
