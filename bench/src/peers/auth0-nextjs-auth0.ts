import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Auth0Client } from '@auth0/nextjs-auth0/server'
import { generateSessionCookie } from '@auth0/nextjs-auth0/testing'
import type { SessionData } from '@auth0/nextjs-auth0/types'
import { CLIENT_ID, CLIENT_SECRET, EXPIRED_AT, type Login, type RefreshPeer } from '../refresh-peer.ts'
import { SUBJECT } from '../rotating-server.ts'
import { jsonFile } from './json-file.ts'

const SECRET = 'a secret of the bench with sixty-four characters, as it is asked'
// Next itself, as the library finds it: no server of Next is needed for its requests and responses.
const { NextRequest, NextResponse } = createRequire(fileURLToPath(import.meta.resolve('@auth0/nextjs-auth0/server')))('next/server.js')

/**
 * `auth0.getAccessToken(request, response)`, as its README says for middleware, for a request of its own for each caller, all with the cookie
 * of one browser. In one process the session is in the cookie, its default; processes share it by its `sessionStore`.
 */
export const peer: RefreshPeer = {
  async save(login) {
    jsonFile<SessionData>(login.folder).write(sessionOf(login))
  },
  async open(login) {
    const file = jsonFile<SessionData>(login.folder)
    const sessionStore = {
      get: async () => file.read(),
      set: async (_id: string, session: SessionData) => file.write(session),
      delete: async () => {},
    }
    const auth0 = new Auth0Client({
      // It takes no addresses of numbers.
      domain: login.origin.replace('127.0.0.1', 'localhost'),
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      appBaseUrl: 'http://localhost:3000',
      secret: SECRET,
      allowInsecureRequests: true,
      ...(login.isShared ? { sessionStore } : {}),
    })
    const session = sessionOf(login)
    const cookie = await generateSessionCookie(login.isShared ? { ...session, id: 'alice' } : session, { secret: SECRET })
    return async () => {
      const request = new NextRequest('http://localhost:3000/', { headers: { cookie: `__session=${cookie}` } })
      return (await auth0.getAccessToken(request, NextResponse.next())).token
    }
  },
}

function sessionOf({ tokens }: Login): SessionData {
  return {
    user: { sub: SUBJECT },
    tokenSet: { accessToken: tokens.access_token, refreshToken: tokens.refresh_token, expiresAt: EXPIRED_AT },
    internal: { sid: 'alice', createdAt: Math.floor(Date.now() / 1000) },
  }
}
