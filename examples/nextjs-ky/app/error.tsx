'use client'

interface Props {
  readonly error: Error & { readonly digest?: string }
  readonly reset: () => void
}

/** What people see when a page fails. It says nothing of why; `digest` names the error in the server's log. */
export default function Failure({ error, reset }: Props) {
  return (
    <section className="card narrow">
      <h1>Something went wrong</h1>
      <p>The fault is ours. Please try again in a moment.</p>
      <p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </p>
      {error.digest !== undefined && (
        <p className="code">
          <code>{error.digest}</code>
        </p>
      )}
    </section>
  )
}
