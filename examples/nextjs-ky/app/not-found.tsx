import Link from 'next/link'

export default function NotFound() {
  return (
    <section className="card narrow">
      <h1>Not found</h1>
      <p>There is no such page.</p>
      <p>
        <Link className="button" href="/">
          Back to the start
        </Link>
      </p>
    </section>
  )
}
