import { config, protect } from '../../lib/oauth.ts'

export default protect(
  async function StepUp() {
    return <p>stepped up</p>
  },
  { provider: Object.keys(config.providers)[0] },
)
