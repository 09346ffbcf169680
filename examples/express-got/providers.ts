/** The providers that people can sign in with, and what they are called. */
export const PROVIDERS = { example: 'Example', forge: 'Forge' } as const

/** Tells whether a word, such as a part of a path, names one of {@link PROVIDERS}. */
export function isProvider(name: unknown): name is keyof typeof PROVIDERS {
  return typeof name === 'string' && Object.hasOwn(PROVIDERS, name)
}
