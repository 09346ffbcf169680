import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface RawRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
  /** PEM of an authority that is trusted beside those of the system. */
  readonly ca?: string | undefined
}

export interface RawResponse {
  readonly status: number
  readonly headers: Headers
  readonly setCookie: readonly string[]
  readonly body: Buffer
}

/**
 * One request, one answer, no redirect. By node:http because `fetch` writes `Sec-Fetch-Mode: cors` over whatever a
 * caller sets, and a navigation that says so would be a lie. No connection is kept: nothing holds a test open.
 */
export function exchange({ url, method, headers, body, signal, ca }: RawRequest): Promise<RawResponse> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const length = body ? { 'Content-Length': String(body.byteLength) } : {}
    const request = send(
      url,
      { method, headers: { ...headers, ...length }, agent: false, ...(signal ? { signal } : {}), ...(ca ? { ca } : {}) },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const received = new Headers()
          const raw = response.rawHeaders
          for (let i = 0; i + 1 < raw.length; i += 2) received.append(raw[i] ?? '', raw[i + 1] ?? '')
          resolve({
            status: response.statusCode ?? 0,
            headers: received,
            setCookie: response.headers['set-cookie'] ?? [],
            body: Buffer.concat(chunks),
          })
        })
      },
    )
    request.setTimeout(30_000, () => request.destroy(new Error(`no answer from ${url.origin} for 30 s`)))
    request.on('error', reject)
    request.end(body)
  })
}
