import { createServer } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OAuth2Session, publicHosts } from '@oauth/node-got'
import got from 'got'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isPublicAddress } from '../src/public-address.js'

describe('JK06: which addresses are public', () => {
  it.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.63.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:169.254.169.254',
    '::ffff:8.8.8.8',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:a9fe:a9fe::1',
    'fe80::1%eth0',
    'localhost',
    '0x7f.1',
    '',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('JK06: an instance that connects to public addresses alone', () => {
  let port: number
  let connections: number
  let close: () => Promise<void>

  beforeEach(async () => {
    connections = 0
    const server = createServer((_request, response) => response.end('{}')).on('connection', () => {
      connections += 1
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    close = () => new Promise((resolve) => server.close(() => resolve()))
  })

  afterEach(() => close())

  const session = (issuer: string, lookup?: LookupFunction) =>
    new OAuth2Session({ issuer, clientId: 'client', http: publicHosts(got, lookup) })

  it.each([
    ['loopback', 'http://127.0.0.1'],
    ['loopback by name', 'http://localhost'],
    ['loopback in another spelling', 'http://0x7f.1'],
    ['IPv6 loopback', 'http://[::1]'],
  ])('%s is refused before a connection is made', async (_name, origin) => {
    const error = await session(`${origin}:${port}`)
      .server()
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'TransportError', code: 'OAUTH_BLOCKED', reason: 'blocked', sent: 'no', endpoint: 'discovery' })
    expect(connections).toBe(0)
  })

  it.each(['https://169.254.169.254', 'https://[::ffff:169.254.169.254]', 'https://2852039166', 'https://10.0.0.1'])(
    '%s, the address of metadata services and inner networks, too',
    async (issuer) => {
      await expect(session(issuer).server()).rejects.toMatchObject({ code: 'OAUTH_BLOCKED' })
    },
  )

  it('a public name that leads to a private address is refused, also when only one of its addresses is', async () => {
    const mixed: LookupFunction = (_host, options, callback) =>
      options.all
        ? callback(null, [
            { address: '93.184.216.34', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ])
        : callback(null, '127.0.0.1', 4)
    await expect(session(`http://localhost:${port}`, mixed).server()).rejects.toMatchObject({ code: 'OAUTH_BLOCKED' })
    expect(connections).toBe(0)
  })

  it('DNS rebinding: the address that was checked is the one that is connected to, and names are resolved once for it', async () => {
    const asked: string[] = []
    const rebinding: LookupFunction = (host, options, callback) => {
      asked.push(host)
      // The first answer is public, and nobody listens there; every later one leads home.
      const address = asked.length === 1 ? '240.0.0.1' : '127.0.0.1'
      options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)
    }
    await expect(session(`http://localhost:${port}`, rebinding).server()).rejects.toMatchObject({ code: 'OAUTH_BLOCKED' })
    await expect(session(`http://localhost:${port}`, rebinding).server()).rejects.toMatchObject({ code: 'OAUTH_BLOCKED' })
    expect(connections).toBe(0)
  })

  it('the application’s own requests through the session, and instances derived from it, are guarded too', async () => {
    const http = publicHosts(got)
    const guarded = new OAuth2Session({
      server: { token_endpoint: 'https://as.example/token' },
      clientId: 'client',
      token: { access_token: 'a' },
      http,
    })
    await expect(guarded.http.get(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'ERR_ADDRESS_NOT_PUBLIC' })
    await expect(guarded.http.extend({ headers: { x: '1' } }).get(`http://localhost:${port}`)).rejects.toMatchObject({
      code: 'ERR_ADDRESS_NOT_PUBLIC',
    })
    expect(connections).toBe(0)
  })

  it('a Unix socket is refused, also where the instance allows them', async () => {
    const path = join(tmpdir(), `public-hosts-${process.pid}.sock`)
    const server = createServer((_request, response) => response.end('{}')).on('connection', () => {
      connections += 1
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const http = publicHosts(got.extend({ enableUnixSockets: true, retry: { limit: 0 } }))
    await expect(http.get(`http://unix:${path}:/containers/json`)).rejects.toThrow(/enableUnixSockets/)
    await new Promise((resolve) => server.close(resolve))
    expect(connections).toBe(0)
  })

  it('a public address is let through to the connection', async () => {
    const abort = new AbortController()
    // Nobody's server is bothered: the call is given up in the moment in which it would be connected to.
    const known: LookupFunction = (_host, options, callback) => {
      abort.abort()
      options.all ? callback(null, [{ address: '93.184.216.34', family: 4 }]) : callback(null, '93.184.216.34', 4)
    }
    await expect(publicHosts(got, known).get('http://as.example', { signal: abort.signal, retry: { limit: 0 } })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})
