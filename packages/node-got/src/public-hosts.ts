import { lookup as systemLookup } from 'node:dns'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import got, { type Got, type NormalizedOptions } from 'got'
import { assertGot } from './got-instance.js'
import { isPublicAddress } from './public-address.js'

/** `code` of the error for a host whose address is not public. */
export const BLOCKED = 'ERR_ADDRESS_NOT_PUBLIC'

/**
 * The same instance, connecting to public addresses alone: for servers whose address an end user supplies, such as an issuer typed into a
 * form. Loopback, private, link-local and metadata addresses are refused before a connection is made, in whatever spelling, and the address
 * that was checked is the one that is connected to, so that a name that changes its mind gains nothing.
 *
 * Every instance that is derived from it is guarded too, and so are sessions built on it. An agent of the instance that connects in its own
 * way, such as a proxy's, would resolve names by itself: it is replaced.
 *
 * @param lookup resolves names: the system's resolver unless told.
 * @throws {@link UsageError} for what is no got instance.
 */
export function publicHosts(instance: Got = got, lookup: LookupFunction = systemLookup as LookupFunction): Got {
  assertGot(instance)
  return instance.extend({
    dnsLookup: guarded(lookup) as never,
    dnsCache: false,
    http2: false,
    // `http://unix:/path:/` leads to no address at all.
    enableUnixSockets: false,
    // Its own: a connection that somebody else has opened, and nobody checked, is in another's pool.
    agent: { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) },
    // An address in the URL is never looked up. This runs after the redirects of the instance too.
    hooks: { beforeRequest: [refuseAddress] },
  })
}

function refuseAddress({ url }: NormalizedOptions): void {
  const host = new URL(String(url)).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw blocked()
}

/** Answers as the resolver does, unless one of the addresses is not public. */
function guarded(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family)
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address)
      if (addresses.every(isPublicAddress)) return callback(null, found, family)
      callback(blocked(), typeof found === 'string' ? '' : [], family)
    })
  }
}

function blocked(): NodeJS.ErrnoException {
  return Object.assign(new Error('The host has an address that is not public, and only public ones are connected to.'), { code: BLOCKED })
}
