import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    adapter: 'src/adapter.ts',
    session: 'src/session.ts',
    routes: 'src/routes.ts',
    fetch: 'src/fetch.ts',
    presets: 'src/presets.ts',
    // Which of the two is used is decided where the package is used, by `imports` in package.json.
    'error/explanations': 'src/error/explanations.ts',
    'error/no-explanations': 'src/error/no-explanations.ts',
  },
  external: ['#explain'],
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  splitting: true,
  clean: true,
  plugins: [
    {
      // What esbuild bundles it declares with `var`, which a bundler does not take for a constant: the texts would stay where nothing can reach them.
      name: 'explain is a constant',
      renderChunk: (code, { path }) =>
        /explanations\.js$/.test(path) ? { code: code.replace('var explain', 'const explain') } : undefined,
    },
  ],
})
