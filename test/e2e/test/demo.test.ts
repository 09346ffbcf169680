import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const DEMO = fileURLToPath(new URL('../../../tools/demo.ts', import.meta.url))

/** Milliseconds: two access tokens expire in each, and what it needs may have to be built. */
const TIMEOUT = 300_000

describe('npm run demo', () => {
  const running = new Set<ReturnType<typeof spawn>>()
  afterEach(() => {
    for (const child of running) child.kill()
  })

  /** What a person sees in the terminal, after npm has brought the tools. */
  async function demo(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
    // vitest sets it to what is no way to build.
    const { NODE_ENV: _, ...env } = process.env
    const child = spawn(process.execPath, [DEMO, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    const [code] = await once(child, 'close')
    running.delete(child)
    return { code, output }
  }

  // One after another: each builds what is not built yet.
  it.each([
    ['Log in, call an API, stay logged in', []],
    ['Log in, call an API while a page is rendered, stay logged in', ['--nextjs']],
  ])(
    '%s: every step holds, and it ends by itself',
    async (title, args) => {
      const { code, output } = await demo(...args)
      expect(output).toContain(title)
      expect([code, output]).toEqual([0, expect.stringContaining('Everything held.')])
    },
    TIMEOUT,
  )
})
