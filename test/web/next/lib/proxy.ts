import type { NextFetchEvent, NextRequest } from 'next/server'
import { proxy as sessionProxy } from './oauth.ts'

/** An application has `export { proxy } from './lib/oauth'`. This one leaves a folder out, to have pages that no proxy has seen. */
export async function proxy(request: NextRequest, event: NextFetchEvent): Promise<Response | undefined> {
  if (request.nextUrl.pathname.startsWith('/without-proxy/')) return undefined
  return sessionProxy(request, event)
}
