import { login } from '../../../lib/oauth.ts'

export const runtime = 'edge'

export async function GET(): Promise<never> {
  return await login('demo', { returnTo: '/' })
}
