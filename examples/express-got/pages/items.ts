import type { Request } from 'express'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'

/** What the API answers. */
export interface Items {
  readonly page: number
  readonly items: readonly { readonly id: number }[]
}

/** How many pages the API has. */
const LAST = 3

/** One page of what the API has for whoever signed in. */
export function items(req: Request, { page, items }: Items): string {
  const main = html`<h1>Items</h1>
    <p class="lead">The API gave these to ${req.oauth.session('example')?.user.email ?? 'you'}.</p>
    <ul class="items">
      ${items.map(({ id }) => html`<li class="card"><span class="number">${id}</span> Item ${id}</li>`)}
    </ul>
    <nav class="pages" aria-label="Pages">
      ${page > 1 ? html`<a rel="prev" href="items?page=${page - 1}">← Previous</a>` : html`<span></span>`}
      <span>Page ${page} of ${LAST}</span>
      ${page < LAST ? html`<a rel="next" href="items?page=${page + 1}">Next →</a>` : html`<span></span>`}
    </nav>`
  return layout(req, { title: 'Items', main })
}

/** For people who are signed in where the API takes no tokens from. */
export function itemsElsewhere(req: Request): string {
  const main: Html = html`<h1>Items</h1>
    <section class="card">
      <p>Your items are at Example, and you are signed in with another provider. Link the two, and both are yours here.</p>
      <form method="post" action="account/link/example"><button>Link Example</button></form>
    </section>`
  return layout(req, { title: 'Items', main })
}
