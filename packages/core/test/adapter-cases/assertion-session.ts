import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Adapter, AnyHttp, CaseWorld } from './adapter.js'

export function assertionSessionCases<Http extends AnyHttp>(
  { AssertionSession, instance }: Adapter<Http>,
  world: () => CaseWorld<Http>,
): void {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'key-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const open = () => new AssertionSession({ tokenEndpoint: `${world().api}/token`, issuer: 'robot', key })

  it('S70: the first request gets a token, and all that wait for it have it', async () => {
    const { api, tokenRequests, authorizations } = world()
    const { http } = open()
    await Promise.all([http.get(`${api}/me`), http.get(`${api}/me`)])
    expect(tokenRequests).toHaveLength(1)
    expect(tokenRequests[0]).toMatchObject({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' })
    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-1'])
  })

  it('S72: fromServiceAccountFile reads a key file; its token goes where the instance calls', async () => {
    const { api, elsewhere, authorizations } = world()
    const path = join(folder, 'key.json')
    const account = { type: 'service_account', client_email: 'robot@project.example', private_key: key, token_uri: `${api}/token` }
    await writeFile(path, JSON.stringify(account))
    const { http } = AssertionSession.fromServiceAccountFile(path, { scope: 'read', http: instance({ base: api }) })
    await http.get('me')
    expect(authorizations()).toEqual(['Bearer access-1'])
    await expect(http.get(new URL(elsewhere))).rejects.toMatchObject({ code: 'OAUTH_ORIGIN_NOT_ALLOWED' })
  })

  it.each(['text', 'object'])('a key’s %s in the place of the path is refused, and not repeated', (kind) => {
    const account = { client_email: 'robot@project.example', private_key: key }
    const given = kind === 'text' ? JSON.stringify(account) : (account as never)
    expect(() => AssertionSession.fromServiceAccountFile(given)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(/^(?!.*PRIVATE).*fromServiceAccount\.$/) }),
    )
  })

  it('a file that is not there is the file system’s error', () => {
    expect(() => AssertionSession.fromServiceAccountFile(join(folder, 'none.json'))).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })

  it('S51: extend puts the token on another instance', async () => {
    await open()
      .extend(instance({ headers: { 'x-mine': '1' } }))
      .get(`${world().api}/me`)
    expect(world().seen[0]?.headers).toMatchObject({ 'x-mine': '1', authorization: 'Bearer access-1' })
  })
}
