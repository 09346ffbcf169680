import { protect } from '../../lib/oauth.ts'

export default protect(
  async function Recent() {
    return <p>recent enough</p>
  },
  { maxAge: 300 },
)
