/** Text that may stand in HTML, also inside a quoted attribute. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

const style = `
  :root { color-scheme: light dark }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#eef1f5, #15181d) }
  main { box-sizing: border-box; width: min(26rem, 92vw); padding: 2rem; border-radius: 12px; background: light-dark(#fff, #21262e); box-shadow: 0 4px 24px rgb(0 0 0 / .12) }
  h1 { margin: 0 0 .5rem; font-size: 1.35rem }
  p, ul { margin: 0 0 1rem }
  label { display: block; margin-bottom: 1rem; font-size: .9rem }
  input { box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit; border: 1px solid #8d96a3; border-radius: 8px }
  button { width: 100%; margin-bottom: .5rem; padding: .65rem; font: inherit; font-weight: 600; border: 0; border-radius: 8px; color: #fff; background: #2457d6; cursor: pointer }
  button.quiet { color: inherit; background: none }
  .error { padding: .6rem .8rem; border-radius: 8px; color: #7d1a1a; background: #fde8e8 }
  .hint { font-size: .85rem; opacity: .75 }`

/** A whole page. `content` is HTML: whoever calls has escaped what is not its own. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${content}
</main></body>
</html>`
}

export function loginPage(view: {
  action: string
  clientName: string
  users: readonly string[]
  loginHint?: string
  error?: string
}): string {
  const error = view.error ? `<p class="error" role="alert">${escapeHtml(view.error)}</p>` : ''
  return page(
    'Sign in',
    `<p>to continue to <strong>${escapeHtml(view.clientName)}</strong></p>${error}
<form method="post" action="${escapeHtml(view.action)}/login">
  <label>Username <input name="username" value="${escapeHtml(view.loginHint ?? '')}" autocomplete="username" required autofocus></label>
  <label>Password <input name="password" type="password" autocomplete="current-password"></label>
  <button type="submit">Sign in</button>
</form>
<form method="post" action="${escapeHtml(view.action)}/abort"><button class="quiet" type="submit">Cancel</button></form>
<p class="hint">A provider for tests: any password will do. Users: ${view.users.map(escapeHtml).join(', ')}.</p>`,
  )
}

export function consentPage(view: { action: string; clientName: string; account: string; wants: readonly string[] }): string {
  return page(
    'Allow access',
    `<p><strong>${escapeHtml(view.clientName)}</strong> would like to act for <strong>${escapeHtml(view.account)}</strong>:</p>
<ul>${view.wants.map((want) => `<li>${escapeHtml(want)}</li>`).join('')}</ul>
<form method="post" action="${escapeHtml(view.action)}/confirm"><button type="submit">Allow</button></form>
<form method="post" action="${escapeHtml(view.action)}/abort"><button class="quiet" type="submit">Deny</button></form>`,
  )
}

/** `form` is oidc-provider's own logout form (it holds the xsrf secret); the buttons belong to it by id. */
export function logoutPage(form: string): string {
  return page(
    'Sign out',
    `<p>Do you want to sign out of the provider too?</p>${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>
<button class="quiet" type="submit" form="op.logoutForm">No, stay signed in</button>`,
  )
}

export function errorPage(error: string, description: string | undefined): string {
  return page(
    'Something went wrong',
    `<p class="error" role="alert"><strong>${escapeHtml(error)}</strong><br>${escapeHtml(description ?? '')}</p>`,
  )
}
