import { Agent, get } from 'node:http'

/** What Chromium sends when a person goes to a page. */
const NAVIGATION = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9',
  'cache-control': 'max-age=0',
  'sec-ch-ua': '"Chromium";v="148", "Not/A)Brand";v="24"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
  'sec-fetch-user': '?1',
  'upgrade-insecure-requests': '1',
}

/** Requests of one page over connections that stay open. */
export interface PageRequests {
  /** Asks once. Anything but the expected page is an error. */
  request(): Promise<void>
  close(): void
}

/** Requests as a browser sends them, with its cookies. */
export function pageRequests(url: string, { cookie, expected }: { readonly cookie: string; readonly expected: string }): PageRequests {
  const agent = new Agent({ keepAlive: true })
  const headers = cookie === '' ? NAVIGATION : { ...NAVIGATION, cookie }
  return {
    request: () =>
      new Promise((resolve, reject) => {
        const request = get(url, { agent, headers }, (response) => {
          let body = ''
          response.setEncoding('utf8')
          response.on('data', (text) => {
            body += text
          })
          response.on('end', () => {
            if (body === expected) resolve()
            else reject(new Error(`Status ${response.statusCode} in the place of the page: ${body.slice(0, 200)}`))
          })
        })
        request.on('error', reject)
      }),
    close: () => agent.destroy(),
  }
}
