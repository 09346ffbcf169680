import type { Request } from 'express'
import { PROVIDERS } from '../providers.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'

/** The start page: the ways in, or a welcome. */
export function home(req: Request): string {
  const { user } = req.oauth
  if (user === undefined) return layout(req, { title: 'Sign in', main: signIn() })
  const main = html`<h1>Hello ${user.name ?? user.email ?? 'there'}</h1>
    <p class="lead">You are signed in. The API knows you by a token that this application keeps, and renews, for you.</p>
    <p class="actions"><a class="button" href="items">See your items</a> <a class="button quiet" href="account">Your account</a></p>`
  return layout(req, { title: 'Home', main })
}

function signIn(): Html {
  return html`<section class="card narrow">
      <h1>Sign in</h1>
      <p>to see your items, from an API that asks who you are.</p>
      <p class="stack">
        ${Object.entries(PROVIDERS).map(
          ([name, label]) => html`<a class="button ${name}" href="auth/${name}/login">Sign in with ${label}</a>
        `,
        )}
      </p>
    </section>`
}
