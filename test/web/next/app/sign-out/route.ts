import { logout } from '../../lib/oauth.ts'

export async function POST(): Promise<never> {
  return await logout()
}
