import { nextBuildOutput } from '@oauth-test/web/next-build'
import { expect, it } from 'vitest'

const LIB = `
import { oauth } from '@oauth/nextjs'
export const { handlers, session } = oauth({
  baseUrl: 'https://app.example',
  secret: 'x'.repeat(32),
  providers: { example: { issuer: 'https://as.example', clientId: 'client', clientSecret: 'not for browsers' } },
})
`

const LAYOUT = `
export default function Layout({ children }) {
  return <html><body>{children}</body></html>
}
`

const COMPONENT = `
'use client'
import { session } from '../lib/oauth.js'
export default function Component() {
  return <button onClick={() => session()}>Who am I?</button>
}
`

it.each(['next', 'next15'] as const)(
  'SS24: %s builds no client component that imports oauth(), with whose options the client secret would go to browsers',
  async (version) => {
    const files = { 'lib/oauth.js': LIB, 'app/layout.js': LAYOUT, 'app/page.js': COMPONENT }
    const { code, output } = await nextBuildOutput('client-component', version, files)
    expect(code).not.toBe(0)
    expect(output).toContain('@oauth/nextjs is for the server')
    expect(output).toContain('Client components import @oauth/nextjs/client')
    // The way there.
    expect(output).toContain('lib/oauth.js')
  },
  120_000,
)
