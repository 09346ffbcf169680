import { accessToken } from '../../lib/oauth.ts'

/** Says why there is no token to use where no cookie can be set. */
export default async function Why() {
  try {
    await accessToken()
    return <p>There is one.</p>
  } catch (error) {
    return <p>{error instanceof Error ? error.message : String(error)}</p>
  }
}
