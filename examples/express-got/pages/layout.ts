import type { Request } from 'express'
import { type Html, html } from './html.ts'

/** What differs from page to page. */
export interface Page {
  readonly title: string
  readonly main: Html
}

/** A whole page, around what is on it. Links are relative to the application's own path. */
export function layout(req: Request, { title, main }: Page): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>${title} · Express and got</title>
  <base href="${req.app.locals['base']}">
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="style.css">
</head>
<body>
  <header>
    <a class="brand" href=".">Express <span>and</span> got</a>
    ${navigation(req)}
  </header>
  <main>
    ${main}
  </main>
</body>
</html>
`)
}

function navigation(req: Request): Html | undefined {
  // An error may come before it is known who is there.
  const user = (req as Partial<Request>).oauth?.user
  if (user === undefined) return undefined
  return html`<nav aria-label="Main">
      ${link(req, 'items', 'Items')}
      ${link(req, 'account', 'Account')}
    </nav>
    <form method="post" action="auth/logout"><button class="quiet">Sign out</button></form>`
}

function link(req: Request, path: string, label: string): Html {
  const current = req.path === `/${path}` ? html` aria-current="page"` : undefined
  return html`<a href="${path}"${current}>${label}</a>`
}
