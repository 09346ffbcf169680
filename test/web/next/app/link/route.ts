import { login } from '../../lib/oauth.ts'

export async function GET(request: Request): Promise<never> {
  return await login(new URL(request.url).searchParams.get('provider') ?? '', { link: true, returnTo: '/' })
}
