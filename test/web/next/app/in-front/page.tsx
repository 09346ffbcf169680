import { headers } from 'next/headers'
import { session } from '../../lib/oauth.ts'
import { tokenView } from '../../lib/token-view.ts'

/** Says what the proxy of the application's own has found, and what there is after it. */
export default async function InFront() {
  const behind = { sub: (await session())?.user.sub, ...(await tokenView()) }
  return <p>{`${(await headers()).get('x-in-front')} ${JSON.stringify(behind)}`}</p>
}
