import { type HTMLElement, parse } from 'node-html-parser'

export interface FormField {
  readonly name: string
  readonly value: string
  /** `text`, `hidden`, `checkbox`, `select`, `textarea`, ... */
  readonly type: string
}

export interface FormButton {
  readonly text: string
  readonly name: string | undefined
  readonly value: string
  /** `formaction` and `formmethod` of the button, over those of the form. */
  readonly action: string | undefined
  readonly method: string | undefined
}

export interface HtmlForm {
  readonly id: string | undefined
  /** Absolute. */
  readonly action: string
  readonly method: 'GET' | 'POST'
  readonly enctype: string
  /** Every named control a person could fill, also a box that is not ticked. */
  readonly fields: readonly FormField[]
  /** What is sent when nobody touches anything: no box that is not ticked. */
  readonly defaults: readonly FormField[]
  readonly buttons: readonly FormButton[]
}

export interface HtmlLink {
  /** Absolute. */
  readonly href: string
  readonly text: string
}

export interface HtmlDocument {
  readonly title: string
  /** The text a person sees, white space collapsed. */
  readonly text: string
  readonly forms: readonly HtmlForm[]
  readonly links: readonly HtmlLink[]
}

const noValue = new Set(['submit', 'button', 'reset', 'image', 'file'])
const collapse = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Reads what a scripted browser needs of a page. No script runs, and `<base>` is not honoured. */
export function readHtml(html: string, url: string): HtmlDocument {
  const root = parse(html, { blockTextElements: { script: false, style: false } })
  const absolute = (href: string): string => URL.parse(href, url)?.href ?? href
  const body = root.querySelector('body') ?? root
  return {
    title: collapse(root.querySelector('title')?.text ?? ''),
    text: collapse(body.structuredText),
    forms: root.querySelectorAll('form').map((form) => readForm(form, root, absolute)),
    links: root.querySelectorAll('a').flatMap((link) => {
      const href = link.getAttribute('href')
      return href === undefined ? [] : [{ href: absolute(href), text: collapse(link.text) }]
    }),
  }
}

function readForm(form: HTMLElement, root: HTMLElement, absolute: (href: string) => string): HtmlForm {
  const id = form.getAttribute('id')
  // A control belongs to the form around it unless its own `form` attribute names another one.
  const controls = root.querySelectorAll('input, select, textarea, button').filter((control) => {
    if (control.hasAttribute('disabled')) return false
    const owner = control.getAttribute('form')
    return owner === undefined ? control.closest('form') === form : owner === id
  })
  const named = controls.flatMap((control) => readField(control) ?? [])
  const method = form.getAttribute('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET'
  return {
    id,
    action: absolute(form.getAttribute('action') ?? ''),
    method,
    enctype: form.getAttribute('enctype')?.toLowerCase() ?? 'application/x-www-form-urlencoded',
    fields: named.map(({ field }) => field),
    defaults: named.filter(({ on }) => on).map(({ field }) => field),
    buttons: controls.filter(isSubmit).map((button) => {
      const formaction = button.getAttribute('formaction')
      return {
        text: collapse(button.tagName === 'INPUT' ? (button.getAttribute('value') ?? 'Submit') : button.text),
        name: button.getAttribute('name'),
        value: button.getAttribute('value') ?? '',
        action: formaction === undefined ? undefined : absolute(formaction),
        method: button.getAttribute('formmethod')?.toUpperCase(),
      }
    }),
  }
}

function isSubmit(control: HTMLElement): boolean {
  const type = control.getAttribute('type')?.toLowerCase()
  if (control.tagName === 'BUTTON') return type === undefined || type === 'submit'
  return control.tagName === 'INPUT' && (type === 'submit' || type === 'image')
}

function readField(control: HTMLElement): { field: FormField; on: boolean } | undefined {
  const name = control.getAttribute('name')
  if (!name || control.tagName === 'BUTTON') return undefined
  if (control.tagName === 'TEXTAREA') return { field: { name, value: control.text, type: 'textarea' }, on: true }
  if (control.tagName === 'SELECT') {
    const options = control.querySelectorAll('option')
    const chosen = options.find((option) => option.hasAttribute('selected')) ?? options[0]
    return { field: { name, value: chosen?.getAttribute('value') ?? chosen?.text ?? '', type: 'select' }, on: chosen !== undefined }
  }
  const type = control.getAttribute('type')?.toLowerCase() ?? 'text'
  if (noValue.has(type)) return undefined
  const box = type === 'checkbox' || type === 'radio'
  return { field: { name, value: control.getAttribute('value') ?? (box ? 'on' : ''), type }, on: !box || control.hasAttribute('checked') }
}
