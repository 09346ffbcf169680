import { session } from '../../lib/oauth.ts'
import { tokenView } from '../../lib/token-view.ts'

/** A server component: it cannot set cookies. */
export default async function Rendered() {
  const { needsRefresh } = (await session()) ?? {}
  const { accessTokenHash, error } = await tokenView()
  return (
    <>
      <p>{accessTokenHash === undefined ? `error: ${error}` : `token: ${accessTokenHash}`}</p>
      <p>{`needsRefresh: ${needsRefresh}`}</p>
    </>
  )
}
