import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Runtime } from './runtime.ts'
import { CASES, type Report } from './suite/suite.ts'
import { startWorld, type World } from './world.ts'

/** Platform of CI, where no runtime may be missing. */
const COMPLETE = process.platform === 'linux' && process.arch === 'x64'

/** Makes one test of each case of the suite, run in a runtime. */
export function describeRuntime(runtime: Runtime): void {
  const { name, identity } = runtime
  if (identity === undefined && !COMPLETE) {
    it.skip(`${name}: there is no package of it for ${process.platform} on ${process.arch}`)
    return
  }

  describe(name, () => {
    let world: World
    let report: Report

    beforeAll(async () => {
      if (identity === undefined) throw new Error(`the package of ${name} is not installed: run pnpm install`)
      world = await startWorld(runtime)
      report = await runtime.run(world.controlUrl)
      console.log(`${name}: ${Object.values(report.identity).join(', ')}`)
    }, 90_000)
    afterAll(() => world?.close())

    it(`${name}: the whole suite ran there, and nowhere else`, () => {
      expect(report.identity).toEqual({ ...identity, userAgent: expect.stringMatching(identity?.userAgent ?? '') })
      expect(report.outcomes.map(({ title }) => title)).toEqual(CASES.map(({ title }) => title))
    })

    for (const { title } of CASES) {
      it(`${name}: ${title}`, () => {
        const outcome = report.outcomes.find((each) => each.title === title)
        if (outcome?.failure !== undefined) throw new Error(outcome.failure)
        expect(outcome).toBeDefined()
      })
    }
  })
}
