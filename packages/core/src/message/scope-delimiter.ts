import type { Form } from '../http/form.js'

/** A request's parameters, with its scopes separated as the server wants them. Everywhere else scopes are separated by spaces. */
export function delimitedScope(form: Form, delimiter: string | undefined, fired: (quirk: 'scopeDelimiter') => void): Form {
  if (delimiter === undefined || !form.some(([name, value]) => name === 'scope' && value.includes(' '))) return form
  fired('scopeDelimiter')
  return form.map(([name, value]) => [name, name === 'scope' ? value.replaceAll(' ', delimiter) : value])
}
