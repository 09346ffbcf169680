import { session, silentLogin } from '../../lib/oauth.ts'

export default silentLogin(async function Welcome() {
  return <p>{`welcome: ${(await session())?.user.sub ?? 'stranger'}`}</p>
})
