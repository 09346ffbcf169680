import type { NextRequest } from 'next/server.js'
import { client, config, session } from '../../../lib/oauth.ts'

export const runtime = 'edge'

/** Calls the API, or the one of `api` with a key of its own: as a `Request` where `request` is there. */
export async function GET({ nextUrl: { searchParams } }: NextRequest): Promise<Response> {
  const { provider = '' } = (await session()) ?? {}
  const http = await client()
  const api = searchParams.get('api') ?? `${config.providers[provider]?.issuer}/me`
  const init = searchParams.has('api') ? { headers: { 'x-api-key': 'key' } } : {}
  const answer = await (searchParams.has('request') ? http(new Request(api, init)) : http(api, init))
  return Response.json(await answer.json())
}
