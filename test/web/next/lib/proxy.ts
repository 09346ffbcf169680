import type { NextFetchEvent, NextRequest } from 'next/server'
import { proxy as sessionProxy } from './oauth.ts'

/** An application has `export { proxy } from './lib/oauth'`. This one leaves out what is to be in a place where no cookie can be set, or known to no proxy. */
export async function proxy(request: NextRequest, event: NextFetchEvent): Promise<Response | undefined> {
  const { pathname } = request.nextUrl
  if (pathname === '/rendered' || pathname.startsWith('/without-proxy/')) return undefined
  return sessionProxy(request, event)
}
