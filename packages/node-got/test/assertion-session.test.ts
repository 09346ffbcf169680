import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AssertionSession } from '@oauth/node-got'
import got from 'got'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startWorld, type World } from './world.js'

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
let world: World
let folder: string

beforeEach(async () => {
  world = await startWorld()
  folder = await mkdtemp(join(tmpdir(), 'key-'))
})

afterEach(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

test('S70: the first request gets a token, and a 401 the next one', async () => {
  const session = new AssertionSession({ tokenEndpoint: `${world.api}/token`, issuer: 'robot', key })
  await Promise.all([session.http.get(`${world.api}/me`), session.http.get(`${world.api}/me`)])
  expect(world.tokenRequests).toHaveLength(1)
  expect(world.tokenRequests[0]).toMatchObject({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' })
  expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
})

test('S72: fromServiceAccountFile reads a key file; its token goes where the instance calls', async () => {
  const path = join(folder, 'key.json')
  const account = { type: 'service_account', client_email: 'robot@project.example', private_key: key, token_uri: `${world.api}/token` }
  await writeFile(path, JSON.stringify(account))
  const http = got.extend({ prefixUrl: world.api })
  const session = AssertionSession.fromServiceAccountFile(path, { scope: 'read', http })
  await session.http.get('me')
  expect(world.authorizations()).toEqual(['Bearer access-1'])
  await expect(session.http.get(`${world.elsewhere}/x`, { prefixUrl: '' })).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
})

test.each(['text', 'object'])('a key’s %s in the place of the path is refused, and not repeated', (kind) => {
  const account = { client_email: 'robot@project.example', private_key: key }
  const given = kind === 'text' ? JSON.stringify(account) : (account as never)
  expect(() => AssertionSession.fromServiceAccountFile(given)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(/^(?!.*PRIVATE).*fromServiceAccount\.$/) }),
  )
})

test('a file that is not there is the file system’s error', () => {
  expect(() => AssertionSession.fromServiceAccountFile(join(folder, 'none.json'))).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})

test('S51: extend puts the token on another instance', async () => {
  const session = new AssertionSession({ tokenEndpoint: `${world.api}/token`, issuer: 'robot', key })
  await session.extend(got.extend({ headers: { 'x-mine': '1' } })).get(`${world.api}/me`)
  expect(world.seen[0]?.headers).toMatchObject({ 'x-mine': '1', authorization: 'Bearer access-1' })
})
