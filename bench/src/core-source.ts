import { registerHooks } from 'node:module'

const CORE = new URL('../../packages/core/src/', import.meta.url).href

// The sources name each other as what they are compiled to.
registerHooks({
  resolve(specifier, context, next) {
    const isSource = context.parentURL?.startsWith(CORE) === true && specifier.startsWith('.')
    return next(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context)
  },
})

/** What seals cookies, which is no part of the core's interface. */
export const { createSealer } = await import('../../packages/core/src/jose/sealer.ts')
