import type { Metadata } from 'next'
import Link from 'next/link'
import { LAST, pageOfItems } from '../../lib/items.ts'
import { protect, session } from '../../lib/oauth.ts'
import { link } from '../actions.ts'

export const metadata: Metadata = { title: 'Items' }

interface Props {
  readonly searchParams: Promise<{ readonly page?: string | string[] }>
}

/** For everybody who is signed in: an invitation where the API takes no tokens from. */
export default protect(async function Page(props: Props) {
  const login = await session('example')
  return login === undefined ? <ItemsElsewhere /> : <Items {...props} />
})

/** One page of what the API has for whoever signed in. The API is called while the page is rendered. */
const Items = protect(
  async function Items({ searchParams }: Props) {
    const { page, items } = await pageOfItems((await searchParams).page)
    const login = await session('example')
    return (
      <>
        <h1>Items</h1>
        <p className="lead">The API gave these to {login?.user.email ?? 'you'}.</p>
        <ul className="items">
          {items.map(({ id }) => (
            <li className="card" key={id}>
              <span className="number">{id}</span> Item {id}
            </li>
          ))}
        </ul>
        <nav className="pages" aria-label="Pages">
          {page > 1 ? (
            <Link rel="prev" href={`/items?page=${page - 1}`}>
              ← Previous
            </Link>
          ) : (
            <span />
          )}
          <span>{`Page ${page} of ${LAST}`}</span>
          {page < LAST ? (
            <Link rel="next" href={`/items?page=${page + 1}`}>
              Next →
            </Link>
          ) : (
            <span />
          )}
        </nav>
      </>
    )
  },
  { provider: 'example', token: true },
)

function ItemsElsewhere() {
  return (
    <>
      <h1>Items</h1>
      <section className="card">
        <p>Your items are at Example, and you are signed in with another provider. Link the two, and both are yours here.</p>
        <form action={link.bind(null, 'example')}>
          <button type="submit">Link Example</button>
        </form>
      </section>
    </>
  )
}
