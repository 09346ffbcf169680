/** The process of {@link startApi}: answers every request alike, tells its parent the port, and ends with it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const BODY = JSON.stringify({ items: Array.from({ length: 10 }, (_, id) => ({ id, name: `item ${id}` })) })

const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(BODY))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => {
  server.closeAllConnections()
  server.close()
})
