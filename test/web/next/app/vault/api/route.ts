import { protect } from '../../../lib/oauth.ts'

export const GET = protect(async () => Response.json({ strong: true }), { acr: 'gold' })
