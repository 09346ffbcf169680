import { defineConfig, type Options } from 'tsup'

/** Modules of Next are asked for by the names that its bundlers know, and not by those of their files, which Node and TypeScript ask for. */
export function inNextsWords(...modules: string[]): Pick<Options, 'noExternal' | 'esbuildPlugins'> {
  const files = modules.map((name) => `next/${name}.js`)
  return {
    noExternal: files,
    esbuildPlugins: [
      {
        name: 'as bundlers know them',
        setup({ onResolve }) {
          onResolve({ filter: /^next\/\w+\.js$/ }, ({ path }) =>
            files.includes(path) ? { path: path.slice(0, -3), external: true } : undefined,
          )
        },
      },
    ],
  }
}

export default defineConfig({
  entry: ['src/index.ts', 'src/client.ts', 'src/for-the-server.ts'],
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  splitting: true,
  clean: true,
  // What it imports is a sentence.
  external: [/^@oauth\/nextjs is /],
  // By the name of its file, Next's bundlers take the part of it that is for browsers.
  ...inNextsWords('navigation'),
})
