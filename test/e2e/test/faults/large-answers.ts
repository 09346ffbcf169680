/**
 * A server in a process of its own, so that its memory is not taken for that of the client: 64 MiB at `/plain`, and 64 MiB that are small on the
 * wire anywhere else. Says its port to the process that began it, and ends with it.
 */
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

const SIZE = 64 * 1024 * 1024
const chunk = Buffer.alloc(65_536, 'a')
const bomb = gzipSync(Buffer.alloc(SIZE, 'a'))
const json = { 'content-type': 'application/json' }

const server = createServer((request, response) => {
  response.on('error', () => undefined)
  request.resume()
  if (request.url !== '/plain') return void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb)
  let left = SIZE
  response.writeHead(200, { ...json, 'content-length': left })
  const pump = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length
      if (!response.write(chunk)) return
    }
    response.end()
  }
  response.on('drain', pump)
  pump()
})

server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('disconnect', () => process.exit())
