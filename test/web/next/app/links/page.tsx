import Link from 'next/link'

/** Links below what is seen at first: Next asks for them in advance when they come into sight, and again, for more, below the pointer. */
export default function Links() {
  return (
    <>
      <p>links</p>
      <ul style={{ marginTop: '300vh' }}>
        {LINKS.map(({ text, ...link }) => (
          <li key={text}>
            <Link {...link}>{text}</Link>
          </li>
        ))}
      </ul>
    </>
  )
}

const LINKS = [
  { text: 'guarded', href: '/guarded' },
  { text: 'all of an item', href: '/guarded/items/1', prefetch: true },
  { text: 'token', href: '/proxied' },
  { text: 'login', href: '/auth/demo/login?returnTo=/links' },
  { text: 'all of a login', href: '/auth/demo/login?returnTo=/guarded', prefetch: true },
  { text: 'logout', href: '/auth/logout' },
]
