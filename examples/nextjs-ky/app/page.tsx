import Link from 'next/link'
import { PROVIDERS, session } from '../lib/oauth.ts'
import { signIn } from './actions.ts'

/** The start page: the ways in, or a welcome. */
export default async function Home() {
  const login = await session()
  if (login === undefined) return <SignIn />
  const { user } = login
  return (
    <>
      <h1>Hello {user.name ?? user.email ?? 'there'}</h1>
      <p className="lead">You are signed in. The API knows you by a token that this application keeps, and renews, for you.</p>
      <p className="actions">
        <Link className="button" href="/items">
          See your items
        </Link>
        <Link className="button quiet" href="/account">
          Your account
        </Link>
      </p>
    </>
  )
}

function SignIn() {
  return (
    <section className="card narrow">
      <h1>Sign in</h1>
      <p>to see your items, from an API that asks who you are.</p>
      <div className="stack">
        {PROVIDERS.map(({ name, label }) => (
          <form key={name} action={signIn.bind(null, name)}>
            <button type="submit" className={name}>
              Sign in with {label}
            </button>
          </form>
        ))}
      </div>
    </section>
  )
}
