import { TransportError } from '../../src/error/transport-error.js'
import type { TokenSet } from '../../src/message/token-set.js'
import type { TokenRecord } from '../../src/session/token-record.js'
import { numberOf, refusal } from './model-server.js'
import type { Process } from './process.js'
import type { Way } from './scheduler.js'
import type { TokenRequest } from './token-requests.js'

/** A token request in two steps: it arrives at the server, or does not; its answer arrives, or is lost. */
export function renewAt(process: Process, record: TokenRecord, sending: () => void): Promise<TokenSet> {
  sending()
  const { invariants, server } = process.world
  const { refresh_token: token = '' } = record.token
  const request = invariants.requests.made(process.number, numberOf(token))
  return new Promise((resolve, reject) => {
    const fails = (name: string, error: Error): Way => ({
      name,
      fault: 'request',
      go() {
        request.isSettled = true
        process.happened(`${token}: ${name}`)
        if (process.isAlive) reject(error)
      },
    })
    const arrives: Way = {
      name: '',
      go() {
        invariants.arrived(request)
        try {
          const issued = server.refresh(token)
          const number = numberOf(issued.access_token)
          invariants.requests.issued(request, number)
          process.happened(`${token} is spent for r${number}`)
          answer(process, request, { name: `of r${number}`, deliver: () => resolve(dated(process, issued)), reject })
        } catch (error) {
          request.isRefused = true
          process.happened(`${token} is refused`)
          answer(process, request, { name: 'invalid_grant', deliver: () => reject(error), reject })
        }
      },
    }
    const ways = [
      arrives,
      fails('not sent', new TransportError('token', { reason: 'reset', sent: 'no' })),
      fails('lost on its way', new TransportError('token', { reason: 'timeout', sent: 'maybe' })),
      fails('the server is unwell', refusal('server_error', 503)),
    ]
    process.step({ name: `sends ${token}`, touches: 'server', sent: true, ways })
  })
}

/** An answer on its way. */
interface Answer {
  readonly name: string
  deliver(): void
  reject(error: Error): void
}

function answer(process: Process, request: TokenRequest, { name, deliver, reject }: Answer): void {
  const arrives: Way = {
    name: '',
    go() {
      request.isAnswered = true
      process.happened(`hears ${name}`)
      deliver()
    },
  }
  const isLost: Way = {
    name: 'the answer is lost',
    fault: 'answer',
    go() {
      request.isLost = true
      process.happened('loses the answer')
      reject(new TransportError('token', { reason: 'reset', sent: 'maybe' }))
    },
  }
  process.step({ name: 'hears from the server', touches: 'own', ways: [arrives, isLost] })
}

/** Revokes a token. */
export function revokeAt(process: Process, { refresh_token: token = '' }: TokenSet): Promise<void> {
  const { server, invariants } = process.world
  return new Promise((resolve) => {
    const go = () => {
      invariants.revoked(process.number, numberOf(token))
      server.revoke(token)
      process.happened(`revokes ${token}`)
      resolve()
    }
    // Whether that may be depends on what is in the store.
    process.step({ name: `revokes ${token}`, touches: 'everything', ways: [{ name: '', go }] })
  })
}

/** A token with its expiry by the clock of the process that has got it. */
function dated({ environment }: Process, issued: TokenSet): TokenSet {
  return { ...issued, expires_at: Math.floor(environment.now()) + Number(issued.expires_in) }
}
