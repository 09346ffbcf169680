import { forbidden, notFound, redirect, unauthorized } from 'next/navigation'
import { accessToken, client } from './oauth.ts'

/** A handler that uses the token, and the way in which it then does not answer. */
const WAYS: Readonly<Record<string, (request: Request) => unknown>> = {
  throws: () => {
    throw new Error('The handler has failed.')
  },
  notFound,
  forbidden,
  unauthorized,
  redirect: () => redirect('/static'),
}

/** Uses the token, by a call of the API where one is named, and does not answer. `?how=` says in which way, `?api=` what is called. */
export async function fails(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url)
  const api = searchParams.get('api')
  if (api === null) await accessToken()
  else await (await client())(api)
  WAYS[searchParams.get('how') ?? '']?.(request)
  return Response.json({})
}
