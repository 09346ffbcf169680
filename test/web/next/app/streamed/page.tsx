import { Suspense } from 'react'
import { tokenView } from '../../lib/token-view.ts'

async function Late() {
  await new Promise((resolve) => setTimeout(resolve, 200))
  const { accessTokenHash, error } = await tokenView()
  return <p>{accessTokenHash === undefined ? `error: ${error}` : `token: ${accessTokenHash}`}</p>
}

/** A page whose end asks for the token when its beginning has been sent for long. */
export default function Streamed() {
  return (
    <>
      <p>begun</p>
      <Suspense fallback={<p>waiting</p>}>
        <Late />
      </Suspense>
    </>
  )
}
