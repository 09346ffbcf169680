/** What a page shows. */
export interface PageContent {
  readonly user: { readonly name?: string; readonly email?: string; readonly sub?: string } | undefined
  /** What the API answered. */
  readonly answer?: unknown
}

/** The one page of this application. */
export function page({ user, answer }: PageContent): string {
  const who = escaped(user?.name ?? user?.email ?? user?.sub ?? '')
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Express and got</title>
  <style>
    body { font: 1rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 12vh auto; padding: 0 1.5rem; color: #1d2430; background: #f7f8fa }
    main { background: #fff; padding: 2rem; border-radius: 12px; box-shadow: 0 1px 4px #0002 }
    a.button, button { display: inline-block; margin: .5rem .5rem 0 0; padding: .55rem 1.1rem; border: 0; border-radius: 8px; font: inherit; text-decoration: none; background: #2456d6; color: #fff; cursor: pointer }
    button { background: #5b6472 }
    pre { overflow: auto; padding: 1rem; background: #f1f3f6; border-radius: 8px }
    form { display: inline }
  </style>
</head>
<body>
  <main>
    ${
      user === undefined
        ? `<h1>Nobody is logged in</h1>
    <a class="button" href="/auth/demo/login">Log in</a>`
        : `<h1>Hello ${who}</h1>
    ${answer === undefined ? '' : `<p>The API says:</p><pre>${escaped(JSON.stringify(answer, null, 2))}</pre>`}
    <a class="button" href="/me">Call the API</a>
    <form method="post" action="/auth/logout"><button>Log out</button></form>`
    }
  </main>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
