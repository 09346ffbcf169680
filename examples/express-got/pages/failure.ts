import type { Request } from 'express'
import { html } from './html.ts'
import { layout } from './layout.ts'

/** What is known of an error, and may be shown. */
export interface Failure {
  readonly status: number
  /** Names the error for whoever reports it. */
  readonly code?: string | undefined
  /** Whether it is no error at all: the person said no at the provider. */
  readonly cancelled?: boolean
}

const TEXTS: Readonly<Record<number, readonly [title: string, text: string]>> = {
  400: ['That did not work', 'The sign-in was not completed. It may have been started twice, or taken too long. Please start it again.'],
  401: ['Please sign in again', 'Your session has ended.'],
  404: ['Not found', 'There is no such page.'],
  502: ['No answer', 'The sign-in service did not answer as expected. Please try again in a moment.'],
  503: ['Just a moment', 'Your session cannot be read or kept right now. Please try again in a moment.'],
}

/** A page for an error. It repeats nothing that came from a request or from a provider. */
export function failure(req: Request, { status, code, cancelled = false }: Failure): string {
  const [title, text] = cancelled
    ? ['Sign-in cancelled', 'Nothing has happened. You can sign in whenever you like.']
    : (TEXTS[status] ?? ['Something went wrong', 'The fault is ours. Please try again in a moment.'])
  const main = html`<section class="card narrow">
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a class="button" href=".">Back to the start</a></p>
      ${code === undefined || cancelled ? undefined : html`<p class="code"><code>${code}</code></p>`}
    </section>`
  return layout(req, { title, main })
}
