import { equal, ok } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import { type HttpRequest, isOAuthError } from '@oauth/core/adapter'
import { type KeyAndCertificate, selfSigned } from '../certificate.js'
import { cases } from '../check.js'
import { withServer } from '../server.js'
import type { TransportCheck } from './check.js'
import { getRequest, send, tokenRequest } from './send.js'

/**
 * Asks for a certificate and takes any. The server's own is trusted by nobody, but up to this version the client has presented its certificate before
 * it can judge the server's (RFC 5246 §7.3).
 */
const ASKING: TlsOptions = { requestCert: true, rejectUnauthorized: false, maxVersion: 'TLSv1.2' }

export const certificate: TransportCheck = {
  id: 'transport.certificate',
  title: 'RFC 8705 §2: presents the client certificate of a request, or refuses the request before anything is sent',
  run: (transport) => {
    const clientCertificate = selfSigned()
    const isRefused = (request: HttpRequest) =>
      send(transport, request).then(
        () => false,
        (error: unknown) => isOAuthError(error) && error.name === 'UsageError',
      )
    return cases({
      'over http, where none can be presented': () =>
        withServer(
          (response) => response.end('{}'),
          async ({ url, requests }) => {
            for (const request of [getRequest, tokenRequest]) {
              const refused = await isRefused(request(url, { clientCertificate }))
              equal(requests.length, 0, 'the request was sent without the certificate')
              ok(refused, 'it was not refused with a UsageError')
            }
          },
        ),
      'over https': () =>
        withServer(
          (response) => response.end('{}'),
          async ({ url, requests, certificates }) => {
            if (await isRefused(tokenRequest(url, { clientCertificate })))
              equal(requests.length, 0, 'the request was sent, and then refused')
            else ok(isPresented(clientCertificate, certificates), 'it was neither presented, nor the request refused with a UsageError')
          },
          { tls: ASKING },
        ),
    })
  },
}

function isPresented({ cert }: KeyAndCertificate, certificates: readonly string[]): boolean {
  return certificates.includes(new X509Certificate(cert).toString())
}
