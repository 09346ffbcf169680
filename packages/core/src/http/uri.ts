import { type Form, formDecode, formEncode } from './form.js'

/** Parses an absolute URL; `undefined` when it is none. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** A URL as the platform writes it: what a shell, a terminal or HTML would read as their own is escaped. What is no URL stays as it is. */
export function serialised(url: string): string {
  return parseUrl(url)?.href ?? url
}

/** Tells whether a text is an absolute URI. `localhost:3000` is a host in a hurry, not a scheme. */
export function isAbsolute(text: string): boolean {
  return typeof text === 'string' && URL.canParse(text) && !(text.includes('localhost:') && new URL(text).protocol === 'localhost:')
}

/** Tells whether the host is this machine: `localhost`, 127.0.0.0/8 or `::1`. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}

/** Appends parameters to a URL, after those it has; of these, those that are replaced are taken out first. The fragment stays at the end. */
export function appendQuery(url: string, form: Form, isReplaced?: (name: string) => boolean): string {
  const [, base = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? []
  const kept = query ? formDecode(query).filter(([name]) => !isReplaced?.(name)) : []
  const search = formEncode([...kept, ...form])
  return base + (search && `?${search}`) + fragment
}

/**
 * Sets parameters in the query of an absolute URL, after those of other names. What is there stays as it is spelt: there are APIs that take
 * `(a,b)` and not `%28a%2Cb%29`.
 */
export function setQuery(text: string, form: Form): string {
  const url = new URL(text)
  const others = url.search.slice(1).split('&')
  const names = new Set(form.map(([name]) => name))
  // Compared as a server reads them: a name may be escaped, and need not have a value.
  const kept = others.filter((pair) => pair !== '' && !names.has(formDecode(pair)[0]?.[0] ?? ''))
  url.search = [...kept, formEncode(form)].join('&')
  return url.href
}
