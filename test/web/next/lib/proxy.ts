import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server'
import { inFront } from './in-front.ts'
import { accessToken, session, proxy as sessionProxy } from './oauth.ts'

/** An application has `export { proxy } from './lib/oauth'`. This one leaves out what is to be in a place where no cookie can be set, or known to no proxy. */
export async function proxy(request: NextRequest, event: NextFetchEvent): Promise<Response | undefined> {
  const { pathname } = request.nextUrl
  if (pathname === '/rendered' || pathname.startsWith('/without-proxy/')) return undefined
  if (pathname === '/in-front') return inFront(request, event)
  if (pathname.startsWith('/members')) return forMembers(request, event)
  return pathname.startsWith('/localised') ? around(request, event) : sessionProxy(request, event)
}

/** A proxy of the application's own, that asks for the session and sets a cookie. */
const around = sessionProxy(async () => {
  const found = await session()
  const response = NextResponse.next()
  response.cookies.set('locale', found === undefined ? 'en' : 'de')
  return response
})

/** A proxy of the application's own that keeps pages and files to people who are logged in. `?fails` has it use the token, and fail. */
const forMembers = sessionProxy(async (request) => {
  const { pathname, searchParams } = request.nextUrl
  if (pathname === '/members/open') return undefined
  if (searchParams.has('fails')) {
    await accessToken()
    throw new Error('The proxy has failed.')
  }
  if ((await session()) !== undefined) return undefined
  if (pathname.includes('.')) return new Response('For members.', { status: 403 })
  const strangers = request.nextUrl.clone()
  strangers.pathname = '/static'
  return NextResponse.rewrite(strangers)
})
