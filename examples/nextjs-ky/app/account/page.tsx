import type { Metadata } from 'next'
import { PROVIDERS, protect, session } from '../../lib/oauth.ts'
import { link } from '../actions.ts'
import { Profile } from './profile.tsx'

export const metadata: Metadata = { title: 'Account' }

/** Who is signed in, and where. */
export default protect(async function Account() {
  const login = await session()
  const logins = await Promise.all(PROVIDERS.map(async ({ name, label }) => ({ name, label, user: (await session(name))?.user })))
  return (
    <>
      <h1>Account</h1>
      <Profile provider={PROVIDERS.find(({ name }) => name === login?.provider)?.label} />
      <h2>Linked logins</h2>
      <ul className="logins">
        {logins.map(({ name, label, user }) => (
          <li className="card" key={name}>
            <span className={`badge ${name}`} aria-hidden="true">
              {label.slice(0, 1)}
            </span>
            <span>
              <strong>{label}</strong>
              <br />
              {user === undefined ? 'not linked' : (user.email ?? user.sub)}
            </span>
            {user === undefined ? (
              <form action={link.bind(null, name)}>
                <button type="submit">Link {label}</button>
              </form>
            ) : (
              <span className="linked">Linked</span>
            )}
          </li>
        ))}
      </ul>
    </>
  )
})
