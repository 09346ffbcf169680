import { protect } from '../../../lib/oauth.ts'
import { streamed } from '../../../lib/streamed.ts'

export const GET = protect(async (_request: Request) => streamed())
