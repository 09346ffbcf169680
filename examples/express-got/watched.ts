import type { HttpClient } from '@oauth/node-got'
import type { Got } from 'got'

/** What the demo saw the library send, and the parts of the answers that are no secret. */
export interface Sighting {
  readonly endpoint: string
  readonly url: string
  readonly status: number
  /** Header and claims of an ID token that came along. */
  readonly idToken?: { readonly alg: string; readonly iss: string; readonly sub: string }
}

/** The same client, with the library's own requests written down. */
export function watched(client: HttpClient<Got>, sightings: Sighting[]): HttpClient<Got> {
  return {
    ...client,
    async transport(request, options) {
      const response = await client.transport(request, options)
      const { endpoint, url } = request
      const idToken = endpoint === 'token' ? idTokenOf(response.body) : undefined
      sightings.push({ endpoint, url, status: response.status, ...(idToken && { idToken }) })
      return response
    },
  }
}

function idTokenOf(body: Uint8Array): Sighting['idToken'] {
  const { id_token } = JSON.parse(Buffer.from(body).toString()) as { id_token?: string }
  const [header, claims] = (id_token ?? '').split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString() || '{}'))
  return header && claims && { alg: header.alg, iss: claims.iss, sub: claims.sub }
}
