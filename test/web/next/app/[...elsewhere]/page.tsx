import { protect } from '../../lib/oauth.ts'

export default protect(async function Elsewhere() {
  return <p>elsewhere</p>
})
