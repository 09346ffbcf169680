import { defaultEnvironment, type Environment } from '@oauth/core'

/** The environment of a platform that has WebCrypto and nothing of Node. */
export function portableEnvironment(): Environment {
  const { digest: _digest, aead: _aead, ...portable } = defaultEnvironment()
  return portable
}

/** What this platform has, and what every platform has. */
export const ENVIRONMENTS: Readonly<Record<string, () => Environment>> = {
  "the platform's cryptography": defaultEnvironment,
  'WebCrypto alone': portableEnvironment,
}
