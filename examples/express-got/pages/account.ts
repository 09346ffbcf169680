import type { Request } from 'express'
import { PROVIDERS } from '../providers.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'

/** Who is signed in, and where. */
export function account(req: Request): string {
  const { user } = req.oauth
  const main = html`<h1>Account</h1>
    <dl class="card">
      <div><dt>Name</dt><dd>${user?.name ?? '—'}</dd></div>
      <div><dt>Email</dt><dd>${user?.email ?? '—'}</dd></div>
      <div><dt>Signed in with</dt><dd>${nameOf(req.oauth.provider)}</dd></div>
    </dl>
    <h2>Linked logins</h2>
    <ul class="logins">
      ${Object.entries(PROVIDERS).map(([name, label]) => login(req, name, label))}
    </ul>`
  return layout(req, { title: 'Account', main })
}

function login(req: Request, name: string, label: string): Html {
  const found = req.oauth.session(name)
  return html`<li class="card">
        <span class="badge ${name}" aria-hidden="true">${label.slice(0, 1)}</span>
        <span><strong>${label}</strong><br>${found === undefined ? 'not linked' : (found.user.email ?? found.user.sub)}</span>
        ${found === undefined ? html`<form method="post" action="account/link/${name}"><button>Link ${label}</button></form>` : html`<span class="linked">Linked</span>`}
      </li>
      `
}

function nameOf(provider: string | undefined): string {
  return Object.entries(PROVIDERS).find(([name]) => name === provider)?.[1] ?? '—'
}
