import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/client.ts', 'src/for-the-server.ts'],
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  splitting: true,
  clean: true,
  // What it imports is a sentence.
  external: [/^@oauth\/nextjs is /],
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
