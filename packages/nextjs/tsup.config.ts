import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/client.ts'],
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  splitting: true,
  clean: true,
  noExternal: ['next/navigation.js'],
  esbuildPlugins: [
    {
      name: 'navigation as bundlers know it',
      setup({ onResolve }) {
        // By the name of its file, which Node and TypeScript ask for, Next's bundlers take the part of it that is for browsers.
        onResolve({ filter: /^next\/navigation\.js$/ }, () => ({ path: 'next/navigation', external: true }))
      },
    },
  ],
})
