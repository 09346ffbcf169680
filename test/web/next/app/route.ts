import { config, session } from '../lib/oauth.ts'

export async function GET(): Promise<Response> {
  const last = await session()
  const logins = await Promise.all(Object.keys(config.providers).map(async (name) => ((await session(name)) === undefined ? [] : [name])))
  return Response.json({ user: last?.user, provider: last?.provider, logins: logins.flat() })
}
