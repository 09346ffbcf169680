import { defineConfig } from 'tsup'
import { inNextsWords } from './tsup.config.ts'

/**
 * The same for the edge runtime, where Turbopack, up to Next 16.3, takes a module that is asked for by the name of its file for another one, which knows of
 * no request. Node, which runs tests of applications without a bundler, asks for that name.
 */
export default defineConfig({
  entry: ['src/index.ts'],
  outDir: 'dist/edge',
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  clean: true,
  ...inNextsWords('headers', 'navigation', 'server'),
})
