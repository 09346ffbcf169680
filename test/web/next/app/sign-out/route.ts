import { isOAuthError, statusOf } from '@oauth/nextjs'
import { logout } from '../../lib/oauth.ts'

export async function POST(): Promise<Response> {
  try {
    return await logout()
  } catch (error) {
    // Going elsewhere is an error to Next, too.
    if (!isOAuthError(error)) throw error
    return Response.json({ error: error.code }, { status: statusOf(error) })
  }
}
