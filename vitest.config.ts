import { defineConfig } from 'vitest/config'

export default defineConfig({
  ssr: { resolve: { conditions: ['@oauth/source', 'node', 'import', 'default'] } },
  resolve: { conditions: ['@oauth/source', 'node', 'import', 'default'] },
  test: { include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'], testTimeout: 20_000 },
})
