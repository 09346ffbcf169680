import type { HtmlDocument, HtmlForm, HtmlLink } from './html.ts'
import { readHtml } from './html.ts'
import type { Arrival, HistoryEntry } from './redirects.ts'

/** A form on a page that can be sent. */
export interface Form extends HtmlForm {
  /**
   * Sends the form as a click on a button would: the first one, or the one with this text, name or value.
   * A field that the form does not have is an error, because a person could not fill it either.
   */
  submit(fields?: Readonly<Record<string, string>>, button?: string): Promise<Page>
}

export interface Page {
  readonly url: string
  /** 0 when the browser stopped at an address without asking for it (another scheme, or `stopAt`). */
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly title: string
  /** The text a person sees. */
  readonly text: string
  /** All requests that led here, the one for this page last; an address without a request (status 0) is not in it. */
  readonly history: readonly HistoryEntry[]
  readonly forms: readonly Form[]
  readonly links: readonly HtmlLink[]
  form(which?: number | ((form: Form) => boolean)): Form
  /** The first form, or the first one that has the named button. */
  submit(fields?: Readonly<Record<string, string>>, button?: string): Promise<Page>
  /** Follows the link, or presses the button, with this text. */
  click(text: string | RegExp): Promise<Page>
}

/** What a form sends by POST: `FormData` where the form wants several parts. */
export type PostedForm = URLSearchParams | FormData

/** Where the browser goes from a page. */
export type Navigate = (url: string, post?: PostedForm) => Promise<Page>

export function createPage({ url, response, history }: Arrival, navigate: Navigate): Page {
  const body = response?.body.toString('utf8') ?? ''
  let read: HtmlDocument | undefined
  const html = (): HtmlDocument => {
    read ??= readHtml(body, url.href)
    return read
  }
  const forms = (): Form[] =>
    html().forms.map((form) => ({ ...form, submit: async (fields, button) => send(form, fields ?? {}, button, navigate) }))
  const missing = (what: string): Error => new Error(`no ${what} on ${url.href} (${response?.status ?? 0}): ${html().text.slice(0, 300)}`)
  return {
    url: url.href,
    status: response?.status ?? 0,
    headers: response?.headers ?? new Headers(),
    body,
    history,
    get title() {
      return html().title
    },
    get text() {
      return html().text
    },
    get forms() {
      return forms()
    },
    get links() {
      return html().links
    },
    form(which = 0) {
      const found = typeof which === 'number' ? forms()[which] : forms().find(which)
      if (!found) throw missing('such form')
      return found
    },
    async submit(fields, button) {
      const found = forms().find((form) => button === undefined || form.buttons.some((candidate) => isNamed(candidate, button)))
      if (!found) throw missing(button === undefined ? 'form' : `button ${button}`)
      return found.submit(fields, button)
    },
    async click(text) {
      const matches = (label: string): boolean => (typeof text === 'string' ? label === text : text.test(label))
      const link = html().links.find((candidate) => matches(candidate.text))
      if (link) return navigate(link.href)
      for (const form of forms()) {
        const button = form.buttons.find((candidate) => matches(candidate.text))
        if (button) return form.submit({}, button.text)
      }
      throw missing(`link or button ${text}`)
    },
  }
}

function isNamed(button: HtmlForm['buttons'][number], wanted: string): boolean {
  return button.text === wanted || button.name === wanted || button.value === wanted
}

function send(form: HtmlForm, fields: Readonly<Record<string, string>>, wanted: string | undefined, navigate: Navigate): Promise<Page> {
  const button = wanted === undefined ? form.buttons[0] : form.buttons.find((candidate) => isNamed(candidate, wanted))
  if (wanted !== undefined && !button) throw new Error(`no button ${wanted} in the form for ${form.action}`)
  const unknown = Object.keys(fields).filter((name) => !form.fields.some((field) => field.name === name))
  if (unknown.length > 0) throw new Error(`no field ${unknown.join(', ')} in the form for ${form.action}`)

  const data = new URLSearchParams()
  for (const { name, value } of form.defaults) if (!(name in fields)) data.append(name, value)
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  if (button?.name) data.append(button.name, button.value)

  const action = button?.action ?? form.action
  if ((button?.method ?? form.method) === 'POST') {
    return navigate(action, encoded(data, form.enctype))
  }
  const target = new URL(action)
  target.search = data.toString()
  return navigate(target.href)
}

function encoded(data: URLSearchParams, enctype: string): PostedForm {
  if (enctype === 'application/x-www-form-urlencoded') return data
  if (enctype !== 'multipart/form-data') throw new Error(`form encoding ${enctype} is not supported`)
  const parts = new FormData()
  for (const [name, value] of data) parts.append(name, value)
  return parts
}
