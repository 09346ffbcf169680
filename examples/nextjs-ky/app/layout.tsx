import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { session } from '../lib/oauth.ts'
import { signOut } from './actions.ts'
import { Navigation } from './navigation.tsx'
import './style.css'

export const metadata: Metadata = { title: { default: 'Next.js and ky', template: '%s · Next.js and ky' }, icons: 'data:,' }

export default async function Layout({ children }: { readonly children: ReactNode }) {
  const login = await session()
  return (
    <html lang="en">
      <body>
        <header>
          <Link className="brand" href="/">
            Next.js <span>and</span> ky
          </Link>
          {login && (
            <>
              <Navigation />
              <form action={signOut}>
                <button type="submit" className="quiet">
                  Sign out
                </button>
              </form>
            </>
          )}
        </header>
        <main>{children}</main>
      </body>
    </html>
  )
}
