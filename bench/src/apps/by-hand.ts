import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import express from 'express'
import { type App, greeting } from './app.ts'
import { type KeptLogin, keptLogin } from './kept-login.ts'

/** A cookie encrypted by hand, with as little as that takes: no key rotation, no chunks, no expiry, nothing for caches. */
export const app: App = {
  login: '/login',
  create() {
    const app = express()
    const key = createSecretKey(randomBytes(32))
    app.get('/login', (_request, response) => {
      response.cookie('session', seal(key, JSON.stringify(keptLogin())), { httpOnly: true, sameSite: 'lax' })
      response.redirect('/')
    })
    app.get('/', ({ headers: { cookie = '' } }, response) => {
      const sealed = /(?:^|; )session=([\w-]+)/.exec(cookie)?.[1]
      if (sealed === undefined) return response.redirect('/login')
      const { user } = JSON.parse(open(key, sealed)) as KeptLogin
      return void response.send(greeting(user.name))
    })
    return app
  },
}

function seal(key: KeyObject, text: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

function open(key: KeyObject, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
}
