import { client, config, session } from '../../../lib/oauth.ts'

export const runtime = 'edge'

export async function GET(): Promise<Response> {
  const { provider = '' } = (await session()) ?? {}
  const http = await client()
  const answer = await http(`${config.providers[provider]?.issuer}/me`)
  return Response.json(await answer.json())
}
