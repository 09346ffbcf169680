import { client, config, session } from '../../lib/oauth.ts'
import { codeOf } from '../../lib/token-view.ts'

export async function GET(): Promise<Response> {
  try {
    const { provider = '' } = (await session()) ?? {}
    const http = await client()
    const answer = await http(`${config.providers[provider]?.issuer}/me`)
    return Response.json(await answer.json())
  } catch (error) {
    return Response.json({ error: codeOf(error) })
  }
}
