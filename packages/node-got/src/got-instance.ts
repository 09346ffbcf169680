import { UsageError } from '@oauth/core/adapter'
import type { Got } from 'got'

/** @throws {@link UsageError} for what is no got instance. */
export function assertGot(instance: Got): void {
  if (typeof instance !== 'function' || instance.defaults?.options === undefined) {
    throw new UsageError('The HTTP client is no got instance. Give got itself, or what got.extend returned.')
  }
}
