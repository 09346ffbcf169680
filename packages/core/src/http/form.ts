/** An ordered multi-map: `application/x-www-form-urlencoded` allows a name more than once and in any order. */
export type Form = readonly (readonly [name: string, value: string])[]

/** One parameter's value; `undefined` and `null` leave it out, a list repeats it. */
export type ParameterValue = string | number | boolean | null | undefined | readonly (string | number | boolean | null | undefined)[]

/** Parameters as an object, or as a {@link Form} where order and repetition matter. */
export type Parameters = Readonly<Record<string, ParameterValue>> | Form

/** Encodes as `application/x-www-form-urlencoded` (a space becomes `+`). */
export function formEncode(form: Form): string {
  return new URLSearchParams(form as [string, string][]).toString()
}

/** Encodes one name or value of a form. */
export function formEncodeText(text: string): string {
  return formEncode([['', text]]).slice(1)
}

/** Decodes a query, fragment or form body; never fails: broken escapes stay as they are. */
export function formDecode(text: string): Form {
  return [...new URLSearchParams(text)]
}

/** The first value of a parameter. */
export function formGet(form: Form, name: string): string | undefined {
  return form.find((pair) => pair[0] === name)?.[1]
}

/** Turns parameters into a form: drops `undefined` and `null`, keeps `0`, `false` and `''`, repeats lists. */
export function toForm(parameters: Parameters = {}): Form {
  if (Array.isArray(parameters)) return parameters as Form
  const form: (readonly [string, string])[] = []
  for (const name of Object.keys(parameters)) {
    const value: unknown = parameters[name as keyof typeof parameters]
    const add = (one: unknown) => {
      if (one !== undefined && one !== null) form.push([name, String(one)])
    }
    // Most are single ones, and to make a list of each takes twice as long.
    if (Array.isArray(value)) value.forEach(add)
    else add(value)
  }
  return form
}
