/** The suite as a Worker: the address of its parent is a binding, the report its answer to any request. */
import { runSuite } from './suite.ts'

// biome-ignore lint/style/noDefaultExport: what workerd looks for
export default {
  async fetch(_request: Request, { CONTROL_URL }: { readonly CONTROL_URL: string }): Promise<Response> {
    return Response.json(await runSuite(CONTROL_URL))
  },
}
