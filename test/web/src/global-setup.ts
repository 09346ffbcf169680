import { buildNextApp, type NextVersion } from './next-app-build.ts'

/** Builds what takes longer than a test may, before any test: at once in a second run. */
export async function setup(): Promise<void> {
  // One after another: a build keeps two processors busy.
  for (const version of ['next', 'next15'] satisfies NextVersion[]) {
    const start = performance.now()
    await buildNextApp(version)
    const seconds = (performance.now() - start) / 1000
    if (seconds > 1) console.log(`The application for ${version} was built in ${seconds.toFixed(1)} s.`)
  }
}
