import { UsageError } from '@oauth/core/adapter'
import type { KyInstance, Options } from 'ky'

/** @throws {@link UsageError} for what is no ky instance. */
export function assertKy(instance: KyInstance): void {
  if (typeof instance?.extend !== 'function' || typeof instance.stop !== 'symbol') {
    throw new UsageError('The HTTP client is no ky instance. Give ky itself, or what ky.create or ky.extend returned.')
  }
}

/** The options that an instance has for each call. It tells them to whoever extends it, and to nobody else. */
export function defaultsOf(instance: KyInstance): Options {
  let defaults: Options = {}
  instance.extend((options) => {
    defaults = options
    return {}
  })
  return defaults
}
