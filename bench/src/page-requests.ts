import { connect, type Socket } from 'node:net'
import { NAVIGATION } from './navigation.ts'

/** Requests of one page over connections that stay open. */
export interface PageRequests {
  /** Asks once, over a connection that nobody uses. Anything but the expected page is an error. */
  request(): Promise<void>
  close(): void
}

/**
 * Requests as a browser sends them, with its cookies. The bytes are made once: whoever asks takes so little time that the application is never
 * waited for by somebody who sleeps, and pays for no wake-up.
 */
export function pageRequests(url: string, { cookie, expected }: { readonly cookie: string; readonly expected: string }): PageRequests {
  const { hostname, port, host } = new URL(url)
  const headers = Object.entries({ host, connection: 'keep-alive', ...NAVIGATION, ...(cookie === '' ? {} : { cookie }) })
  const bytes = Buffer.from(`GET / HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
  const idle: Socket[] = []
  const all: Socket[] = []

  function open(): Socket {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    all.push(socket)
    return socket.setEncoding('latin1')
  }

  return {
    request() {
      const socket = idle.pop() ?? open()
      return new Promise((resolve, reject) => {
        let answer = ''
        function read(text: string): void {
          answer += text
          // The page ends with it, and an error page never comes.
          if (!answer.endsWith(expected) && answer.startsWith('HTTP/1.1 200 ')) return
          done()
          if (answer.startsWith('HTTP/1.1 200 ')) resolve()
          else reject(new Error(`In the place of the page: ${answer.slice(0, 500)}`))
        }
        function fail(error?: Error): void {
          done()
          reject(error ?? new Error('The application closed the connection.'))
        }
        function done(): void {
          socket.off('data', read).off('error', fail).off('end', fail)
          idle.push(socket)
        }
        socket.on('data', read).on('error', fail).on('end', fail)
        socket.write(bytes)
      })
    },
    close() {
      for (const socket of all) socket.destroy()
    },
  }
}
