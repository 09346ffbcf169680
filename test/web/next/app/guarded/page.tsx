import { protect, session } from '../../lib/oauth.ts'

export default protect(async function Guarded() {
  return <p>{`guarded: ${(await session())?.user.sub}`}</p>
})
