import type { RequestListener } from 'node:http'

/** Lets scripts of every site call a server, with whatever headers they send, as an API for browser applications does. */
export function allowEveryOrigin(handler: RequestListener): RequestListener {
  return (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    if (request.method !== 'OPTIONS') return handler(request, response)
    response.writeHead(204, {
      'Access-Control-Allow-Methods': request.headers['access-control-request-method'] ?? '',
      'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? '',
    })
    response.end()
  }
}
