import { handlers } from '../../../lib/oauth.ts'

export const { GET, POST } = handlers
