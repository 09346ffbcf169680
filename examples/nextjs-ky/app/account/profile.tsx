'use client'

import { useUser } from '@oauth/nextjs/client'

/** Who is signed in, as scripts of the page know them: claims, and no token. */
export function Profile({ provider }: { readonly provider: string | undefined }) {
  const { user, isLoading, error } = useUser()
  if (error !== undefined) return <p role="alert">Who you are cannot be told right now.</p>
  const unknown = isLoading ? '…' : '—'
  return (
    <dl className="card" aria-busy={isLoading}>
      <div>
        <dt>Name</dt>
        <dd>{user?.name ?? unknown}</dd>
      </div>
      <div>
        <dt>Email</dt>
        <dd>{user?.email ?? unknown}</dd>
      </div>
      <div>
        <dt>Signed in with</dt>
        <dd>{provider ?? unknown}</dd>
      </div>
    </dl>
  )
}
