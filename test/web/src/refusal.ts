import type { AppOptions, Framework } from './framework.ts'
import { raw } from './raw.ts'

/**
 * What the process prints of an application that cannot work. A framework may find out as it starts, or at the first request, which then ends
 * in an error and begins no login.
 */
export async function refusalOf(framework: Framework, options: AppOptions): Promise<string> {
  let app: Awaited<ReturnType<Framework['start']>>
  try {
    app = await framework.start(options)
  } catch (error) {
    return String(error)
  }
  try {
    const { status, setCookie, headers } = await raw(app.baseUrl, '/auth/demo/login')
    if (status !== 500 || setCookie.length > 0 || headers['location'] !== undefined) return `a login begins: ${status}`
    return app.output
  } finally {
    await app.stop()
  }
}
