import { protect } from '../../lib/oauth.ts'

export default protect(
  async function Vault() {
    return <p>strong enough</p>
  },
  { acr: 'gold' },
)
