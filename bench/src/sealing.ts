import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { defaultEnvironment } from '@oauth/core'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { keptLogin } from './apps/kept-login.ts'
import type { Comparison } from './compare.ts'
import { createSealer } from './core-source.ts'

/** A session sealed for a cookie, and opened again, beside the cipher alone: without base64url, without anything that the tag covers but the text. */
export async function* sealing(): AsyncGenerator<Comparison, void> {
  const session = JSON.stringify({ v: 1, ...keptLogin() })
  const { seal, open } = await createSealer(defaultEnvironment(), [randomBytes(32).toString('base64url')], 'session')
  const sealed = await seal(session)
  if ((await open(sealed)) !== session) throw new Error('What was sealed does not open.')
  yield {
    job: `a session of ${session.length} characters sealed and opened`,
    ours: () => {
      const sealed = seal(session)
      return typeof sealed === 'string' ? open(sealed) : sealed.then(open)
    },
    peers: {
      'AES-256-GCM of node:crypto': { run: cipherAlone(session), atMost: 1.7 },
      'jose, which makes and opens the same': { run: withJose(session) },
    },
    plan: { rounds: 31, operations: 2000 },
  }
}

function cipherAlone(text: string): () => unknown {
  const key = createSecretKey(randomBytes(32))
  return () => {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const sealed = cipher.update(text, 'utf8')
    cipher.final()
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
    decipher.setAuthTag(cipher.getAuthTag())
    const opened = decipher.update(sealed)
    decipher.final()
    return opened.toString('utf8')
  }
}

function withJose(text: string): () => unknown {
  const key = randomBytes(32)
  const header = { alg: 'dir', enc: 'A256GCM', kid: 'key' } as const
  return async () => {
    const sealed = await new CompactEncrypt(Buffer.from(text)).setProtectedHeader(header).encrypt(key)
    return Buffer.from((await compactDecrypt(sealed, key)).plaintext).toString('utf8')
  }
}
