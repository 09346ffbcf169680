/** A process of the callers of one peer: does as its parent tells it, and ends with it. */
import type { Caller, Login } from './refresh-peer.ts'
import { PEERS, type PeerName } from './refresh-peers.ts'

/** What the parent may ask for. */
export type Order = { readonly save: Login } | { readonly open: Login } | { readonly calls: number }

/** What came of a call: a token, or the message of an error. */
export type Answer = { readonly token: string } | { readonly error: string }

// Peers say here that a refresh was refused; it is counted.
console.warn = () => {}
const peer = await PEERS[process.argv[2] as PeerName].load()
let call: Caller = () => Promise.reject(new Error('Nothing was opened.'))

process.on('message', async (order: Order) => {
  if ('save' in order) await peer.save(order.save)
  else if ('open' in order) call = await peer.open(order.open)
  else {
    const calls = Array.from({ length: order.calls }, answer)
    process.send?.('called')
    process.send?.(await Promise.all(calls))
    return
  }
  process.send?.('done')
})
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function answer(): Promise<Answer> {
  try {
    return { token: await call() }
  } catch (error) {
    return { error: String(error) }
  }
}
