import { NEXT_15, NEXT_15_ON_NODE, NEXT_16, NEXT_16_BELOW_A_PATH, NEXT_16_LOWEST } from './next-app.ts'
import { buildNextApp } from './next-app-build.ts'

/** Builds what takes longer than a test may, before any test: at once in a second run. */
export async function setup(): Promise<void> {
  // One after another: a build keeps two processors busy.
  for (const build of [NEXT_16, NEXT_16_BELOW_A_PATH, NEXT_16_LOWEST, NEXT_15, NEXT_15_ON_NODE]) {
    const start = performance.now()
    await buildNextApp(build)
    const seconds = (performance.now() - start) / 1000
    if (seconds > 1) console.log(`The application was built in ${seconds.toFixed(1)} s, for ${JSON.stringify(build)}.`)
  }
}
