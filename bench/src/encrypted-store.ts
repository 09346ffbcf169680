import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { encryptedStore, memoryStore } from '@oauth/core/session'
import type { Comparison } from './compare.ts'
import { freshToken } from './fresh-token.ts'

const TTL = { ttl: 86_400 }

/** A record read from an encrypted store, beside the plain store, and beside what no encryption can do without. */
export async function* encryptedStoreGet(): AsyncGenerator<Comparison, void> {
  const record = { v: 1, issuer: 'https://as.example', token: freshToken().options.token }
  const plain = memoryStore<object>()
  await plain.compareAndSet('alice', null, record, TTL)
  const encrypted = encryptedStore<object>(memoryStore<string>(), { secret: randomBytes(32).toString('base64url') })
  await encrypted.compareAndSet('alice', null, record, TTL)
  yield {
    job: 'get from an encrypted memory store',
    ours: () => encrypted.get('alice'),
    peers: {
      'the plain store': { run: () => plain.get('alice') },
      'A256GCM of node:crypto and JSON.parse': { run: opener(JSON.stringify(['alice', record])), atMost: 2 },
    },
    plan: { rounds: 31, operations: 2000 },
  }
}

/** Opens a compact JWE of the text with as little as possible. */
function opener(text: string): () => unknown {
  const [key, iv] = [randomBytes(32), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const header = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')
  cipher.setAAD(Buffer.from(header))
  const sealed = Buffer.concat([cipher.update(text), cipher.final()])
  const jwe = [header, '', ...[iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.')
  return () => {
    const [head = '', , ...parts] = jwe.split('.')
    const [nonce, body, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
    if (nonce === undefined || body === undefined || tag === undefined) throw new Error('That is no JWE.')
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    decipher.setAAD(Buffer.from(head)).setAuthTag(tag)
    return JSON.parse(decipher.update(body, undefined, 'utf8') + decipher.final('utf8'))
  }
}
