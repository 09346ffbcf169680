import { defineConfig } from 'vitest/config'

// Tests read the sources of the workspace's packages, so that no build has to be fresh.
const conditions = ['@oauth/source', 'node']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 20_000,
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts']),
      project('e2e', ['test/*/**/*.test.ts'], ['test/browser/**', 'test/runtimes/**']),
      project('browser', ['test/browser/**/*.test.ts']),
      project('runtimes', ['test/runtimes/**/*.test.ts']),
      project('tools', ['tools/**/*.test.ts']),
    ],
  },
})

function project(name: string, include: string[], exclude: string[] = []) {
  return { extends: true as const, test: { name, include, exclude: ['**/node_modules/**', '**/dist/**', ...exclude] } }
}
