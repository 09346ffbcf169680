import { launch } from '@oauth-test/browser/launch'
import { listen } from '@oauth-test/provider'
import { bundle } from './bundle.ts'
import type { Runtime } from './runtime.ts'
import type { Report } from './suite/suite.ts'

/** The browser's package exists for the platform of CI alone. */
const AVAILABLE = process.platform === 'linux' && process.arch === 'x64'

export const CHROMIUM: Runtime = {
  name: 'Chromium',
  identity: AVAILABLE ? { userAgent: /^Mozilla\/5\.0 \(.+\) AppleWebKit\/.+ HeadlessChrome\/\d+/, nodeCrypto: false } : undefined,
  tellsFailures: false,
  explains: false,
  async run(controlUrl) {
    const script = await bundle('suite.ts', ['browser'])
    // A site of its own: all requests of the suite go to other origins.
    const site = await listen((request, response) => {
      const [type, body] = request.url === '/suite.js' ? ['text/javascript', script] : ['text/html', '<!doctype html><title>Suite</title>']
      response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(body)
    })
    const browser = await launch()
    try {
      const page = await browser.newPage()
      await page.goto(site.url)
      const run = `import('/suite.js').then((suite) => suite.runSuite(${JSON.stringify(controlUrl)}))`
      return await page.evaluate<Report>(run)
    } finally {
      await browser.close()
      await site.close()
    }
  },
}
