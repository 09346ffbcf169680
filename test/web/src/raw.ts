import { request } from 'node:http'

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly setCookie: readonly string[]
  readonly body: string
}

/** What is sent, exactly as it is. */
export interface RawRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Headers of a browser that goes to a page. */
export const NAVIGATION: Readonly<Record<string, string>> = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}

/**
 * Sends exactly this path and these headers, which a browser and `fetch` would put right. A navigation unless headers are told. Next sends its router to
 * the same page again, at an address that names what the router has; there it is followed, as the router does.
 */
export async function raw(origin: string, path: string, request: RawRequest = {}): Promise<RawAnswer> {
  const answer = await exchange(origin, path, request)
  const to = URL.parse(answer.headers['location'] ?? '', origin)
  if (request.headers?.['rsc'] === undefined || to?.searchParams.has('_rsc') !== true || to.pathname !== path.split('?', 1)[0])
    return answer
  return exchange(origin, `${to.pathname}${to.search}`, request)
}

function exchange(origin: string, path: string, { method = 'GET', headers = NAVIGATION, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers, agent: false }, async (incoming) => {
      let text = ''
      try {
        for await (const chunk of incoming.setEncoding('utf8')) text += chunk
        const { 'set-cookie': setCookie = [], ...others } = incoming.headers
        const plain = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]))
        resolve({ status: incoming.statusCode ?? 0, headers: plain, setCookie, body: text })
      } catch (error) {
        reject(error)
      }
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Where a request ends up. */
export interface Arrival extends RawAnswer {
  readonly path: string
  /** Of all answers on the way. */
  readonly setCookie: readonly string[]
}

/** Sends the same request to wherever it is redirected to within the application, as a script does. */
export async function follow(origin: string, path: string, { headers = NAVIGATION }: RawRequest = {}): Promise<Arrival> {
  const cookies: string[] = []
  let at = path
  for (let hops = 0; ; hops++) {
    const answer = await raw(origin, at, { headers })
    cookies.push(...answer.setCookie)
    const next = URL.parse(answer.headers['location'] ?? '', origin + at)
    if (next === null || next.origin !== origin || answer.status < 300 || answer.status >= 400 || hops === 5)
      return { ...answer, path: at, setCookie: cookies }
    at = next.pathname + next.search
  }
}
