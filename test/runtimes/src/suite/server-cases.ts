import {
  defaultEnvironment,
  discover,
  EndpointError,
  ProtocolError,
  ResponseError,
  run,
  type ServerMetadata,
  TransportError,
  tokenGrant,
} from '@oauth/core'
import { TransportError as AdapterTransportError } from '@oauth/core/adapter'
import { fetchTransport } from '@oauth/core/fetch'
import { assert, equal, failure } from './assert.ts'
import type { Case } from './case.ts'

export const SERVER_CASES: readonly Case[] = [
  {
    title: 'RFC 8414 §3.3: metadata of another issuer is refused',
    async run({ hostile }) {
      const error = await failure(discovered(`${hostile}/other-issuer`))
      assert(error instanceof ProtocolError, error.name)
      equal(error.code, 'OAUTH_ISSUER_MISMATCH')
    },
  },
  {
    title: 'RFC 8259 §4: metadata that names a member twice is refused',
    async run({ hostile }) {
      const error = await failure(discovered(`${hostile}/twice`))
      assert(error instanceof ResponseError, error.name)
      equal(error.code, 'OAUTH_RESPONSE_DUPLICATE_KEY')
    },
  },
  {
    title: 'RFC 8259 §8.1: metadata that is not UTF-8 is refused',
    async run({ hostile }) {
      equal((await failure(discovered(`${hostile}/latin-1`))).code, 'OAUTH_RESPONSE_ENCODING')
    },
  },
  {
    title: 'members that reach into prototypes do not get through',
    async run({ hostile }) {
      const server = await discovered(`${hostile}/prototype`)
      equal([Object.keys(server).includes('__proto__'), server['polluted']], [false, undefined])
    },
  },
  {
    title: 'JK07: a redirect of the metadata is refused',
    async run({ hostile }) {
      const error = await failure(discovered(`${hostile}/moved`))
      assert(error instanceof TransportError, error.name)
      equal(error.code, 'OAUTH_REDIRECT')
    },
  },
  {
    title: 'RFC 6749 §5.2: an error of the token endpoint keeps its class, code and description, and no secret',
    async run({ issuer, clients }) {
      const server = await discovered(issuer)
      const grant = [
        ['grant_type', 'refresh_token'],
        ['refresh_token', 'canary'],
      ] as const
      const error = await failure(run(tokenGrant(server, clients.RS256, { environment: defaultEnvironment(), grant }), fetchTransport()))
      assert(error instanceof EndpointError, error.name)
      equal([error.code, error.error, error.status], ['OAUTH_ENDPOINT_ERROR', 'invalid_grant', 400])
      const shown = JSON.stringify(error) + error.message + error.stack
      assert(!shown.includes('canary') && !shown.includes(clients.RS256.client_secret), 'a secret is in the error')
    },
  },
  {
    title: 'errors explain themselves, except in bundles for browsers',
    async run({ explains }) {
      const { code, message } = await failure(discovered('not a URL'))
      equal([code, /issuer/i.test(message)], ['OAUTH_USAGE', explains])
    },
  },
  {
    title: 'the entries of the package share their error classes',
    async run() {
      assert(TransportError === AdapterTransportError, 'each entry has a class of its own')
    },
  },
]

function discovered(issuer: string): Promise<ServerMetadata> {
  return run(discover(issuer, { environment: defaultEnvironment() }), fetchTransport())
}
