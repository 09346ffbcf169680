/** The process of {@link startApp}: listens, becomes the application that it is told to be, and ends with its parent. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AppOptions } from './apps/app.ts'
import { APPS, type AppName } from './apps.ts'

/** What the parent may ask for. */
export type Order = { readonly create: Omit<AppOptions, 'origin'> } | 'cpu'

const { create, ...app } = await APPS[process.argv[2] as AppName]()
let listener: RequestListener = (_request, response) => response.writeHead(503).end()
const server = createServer((request, response) => listener(request, response))
// Connections wait for their turn, however long the others take.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => process.send?.({ origin: origin(), ...app }))

process.on('message', async (order: Order) => {
  if (order === 'cpu') {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  } else {
    listener = await create({ ...order.create, origin: origin() })
    process.send?.('ready')
  }
})
process.once('disconnect', () => process.exit())

function origin(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
