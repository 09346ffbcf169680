import type { Client } from '../client-authentication/client.js'
import type { Environment } from '../environment.js'
import type { Form } from '../http/form.js'
import { quirkFired } from '../metadata/fired-quirk.js'

/** A request's parameters, with its scopes separated as the server wants them. Everywhere else scopes are separated by spaces. */
export function delimitedScope(form: Form, { quirks }: Client, environment: Pick<Environment, 'emit'>): Form {
  const delimiter = quirks?.scopeDelimiter
  if (delimiter === undefined || !form.some(([name, value]) => name === 'scope' && value.includes(' '))) return form
  quirkFired(environment, 'scopeDelimiter')
  return form.map(([name, value]) => [name, name === 'scope' ? value.replaceAll(' ', delimiter) : value])
}
