import { UsageError } from '@oauth/core/adapter'
import type { KyInstance } from 'ky'

/** @throws {@link UsageError} for what is no ky instance. */
export function assertKy(instance: KyInstance): void {
  if (typeof instance?.extend !== 'function' || typeof instance.stop !== 'symbol') {
    throw new UsageError('The HTTP client is no ky instance. Give ky itself, or what ky.create or ky.extend returned.')
  }
}
