'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'

/** Links to the pages for people who are signed in. */
export function Navigation() {
  const current = usePathname()
  return (
    <nav aria-label="Main">
      {[
        ['/items', 'Items'],
        ['/account', 'Account'],
      ].map(([href = '', label]) => (
        <Link key={href} href={href} aria-current={href === current ? 'page' : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  )
}
