import { fails } from '../../../lib/fails.ts'
import { protect } from '../../../lib/oauth.ts'

export const runtime = 'edge'

export const GET = protect(fails)
