import type { Maybe } from '@oauth/core/adapter'

/** What comes of `outcome`, or the reason of `signal` once it is aborted: a renewal that others wait for too goes on without this one. */
export function unlessAborted<T>(outcome: Maybe<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    const settle = (): void => signal.removeEventListener('abort', abort)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    Promise.resolve(outcome).then(resolve, reject).finally(settle)
  })
}
