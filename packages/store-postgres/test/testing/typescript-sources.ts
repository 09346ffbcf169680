import { registerHooks } from 'node:module'

// For processes of tests: Node runs the sources as they are, but for the names of files in their imports.
registerHooks({
  resolve: (specifier, context, next) =>
    next(context.parentURL?.endsWith('.ts') && specifier.startsWith('.') ? specifier.replace(/\.js$/, '.ts') : specifier, context),
})
