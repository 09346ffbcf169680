import { defineConfig } from 'vitest/config'
import { SkippedTests } from './tools/skipped-tests.ts'

// Tests read the sources of the workspace's packages, so that no build has to be fresh.
const conditions = ['@oauth/source', 'node']

/** Where `tools/run-gate.ts` looks for what has passed and failed. */
const { TEST_REPORT = '' } = process.env

/** Next finds out what it runs in when its modules are loaded, so that each file has them anew. */
const NEXTJS = 'packages/nextjs/test/**/*.test.ts'

/** One suite for every framework, and what only Next has. */
const WEB = ['test/web/**/*.test.ts', 'test/nextjs/**/*.test.ts']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 20_000,
    reporters: ['default', new SkippedTests(), ...(TEST_REPORT === '' ? [] : ['json'])],
    outputFile: { json: TEST_REPORT },
    projects: [
      unit(),
      project('nextjs', [NEXTJS]),
      project('e2e', ['test/*/**/*.test.ts'], ['test/browser/**', 'test/runtimes/**', ...WEB]),
      web(),
      project('browser', ['test/browser/**/*.test.ts']),
      project('runtimes', ['test/runtimes/**/*.test.ts']),
      project('tools', ['tools/**/*.test.ts']),
    ],
  },
})

/** Modules keep nothing that two files could share, so that no file needs them anew: that would take most of the time. */
function unit() {
  const { extends: inherited, test } = project('unit', ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'], [NEXTJS])
  return { extends: inherited, test: { ...test, isolate: false } }
}

/** Applications for Next are built before the tests, and take their time to start. */
function web() {
  const { extends: inherited, test } = project('web', WEB)
  return { extends: inherited, test: { ...test, globalSetup: 'test/web/src/global-setup.ts', hookTimeout: 60_000, testTimeout: 60_000 } }
}

function project(name: string, include: string[], exclude: string[] = []) {
  return { extends: true as const, test: { name, include, exclude: ['**/node_modules/**', '**/dist/**', ...exclude] } }
}
