import { onTestFinished, vi } from 'vitest'

/** Warnings that the operator is given until the end of this test, in a process that is in production and has given none. */
export function operatorWarnings(): readonly (readonly unknown[])[] {
  Reflect.deleteProperty(globalThis, Symbol.for('@oauth/core warnings 1'))
  vi.stubEnv('NODE_ENV', 'production')
  const { mock, mockRestore } = vi.spyOn(process, 'emitWarning').mockReturnValue()
  onTestFinished(() => {
    mockRestore()
    vi.unstubAllEnvs()
  })
  return mock.calls
}
