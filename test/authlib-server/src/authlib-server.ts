import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** Client metadata as a test writes it, spelt as in RFC 7591 §2: nothing is required. */
export type AuthlibClientInput = Readonly<Record<string, unknown>>

/** A registered client. `client_secret` is `''` for a client that has none. */
export interface AuthlibClient {
  readonly client_id: string
  readonly client_secret: string
  readonly redirect_uris: readonly string[]
  readonly [member: string]: unknown
}

/** One request at the server. No query, no body, no headers: nothing here can be a secret. */
export interface AuthlibRequest {
  readonly method: string
  /** `token`, `authorization`, `jwks`, … or `unknown`. */
  readonly endpoint: string
  readonly grantType?: string
  readonly status: number
}

export interface AuthlibServer {
  readonly issuer: string
  /** Registers a client, or replaces the one with this `client_id`. */
  addClient(input?: AuthlibClientInput): Promise<AuthlibClient>
  /** What has come in so far. */
  requests(): Promise<readonly AuthlibRequest[]>
  /** What the process has printed of failures of its own (answers with 500): empty when all is well. */
  readonly failures: string
  /** Ends the process. */
  close(): Promise<void>
}

/** The only password that the password grant takes; it has characters that a form has to encode. */
export function passwordOf(username: string): string {
  return `pässword + 100% of ${username}&co`
}

const MAIN = join(import.meta.dirname, '..', 'server', 'main.py')

/**
 * Starts Authlib's authorization server with everything in memory. Users: alice and bob.
 *
 * @param command a Python that has Authlib and Flask, as `findPython` finds it
 * @throws Error with what Python printed, when the server does not start
 */
export async function startAuthlibServer(command: string): Promise<AuthlibServer> {
  // Its standard input stays open as long as this process lives: the server ends with it, also when nobody closes it.
  const child = spawn(command, ['-B', MAIN], { stdio: ['pipe', 'pipe', 'pipe'] })
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const { issuer, missing } = await readFirstLine(child.stdout)
  if (issuer === undefined) throw new Error(`Authlib's server did not start: ${missing ?? printed}`)

  return {
    issuer,
    get failures() {
      return printed
    },
    async addClient(input) {
      const client = withDefaults(input)
      await request(`${issuer}/test/clients`, { method: 'POST', body: JSON.stringify(client) })
      return client
    },
    requests: async () => (await request<{ requests: readonly AuthlibRequest[] }>(`${issuer}/test/requests`)).requests,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
    },
  }
}

async function readFirstLine(output: Readable): Promise<{ readonly issuer?: string; readonly missing?: string }> {
  for await (const line of createInterface({ input: output })) return JSON.parse(line)
  return {}
}

function withDefaults(input: AuthlibClientInput = {}): AuthlibClient {
  const method = input['token_endpoint_auth_method']
  const needsSecret = method !== 'none' && method !== 'private_key_jwt'
  return {
    grant_types: ['authorization_code', 'refresh_token', ...(needsSecret ? ['client_credentials'] : [])],
    response_types: ['code'],
    redirect_uris: ['https://app.example/callback'],
    client_id: `client-${randomBytes(4).toString('hex')}`,
    client_secret: needsSecret ? randomBytes(32).toString('base64url') : '',
    ...input,
  }
}

async function request<T>(url: string, init: { readonly method?: string; readonly body?: string } = {}): Promise<T> {
  const response = await fetch(url, { ...init, headers: { 'content-type': 'application/json' } })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}
