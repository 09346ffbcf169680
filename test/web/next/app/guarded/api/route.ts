import { protect, session } from '../../../lib/oauth.ts'

export const GET = protect(async () => Response.json({ sub: (await session())?.user.sub }))
