/** Words for connections that were never made, of runtimes whose `fetch` gives no code: the ports it blocks (Fetch §2.9), and all of Deno. */
const WORDS: readonly (readonly [said: RegExp, code: string])[] = [
  [/^bad port$/, 'BAD_PORT'],
  [/^Fetch failed: Requests to port \d+ are blocked/, 'BAD_PORT'],
  [/client error \(Connect\): dns error/, 'ENOTFOUND'],
  [/client error \(Connect\): tcp connect error: Connection refused/, 'ECONNREFUSED'],
  [/client error \(Connect\): (invalid peer certificate|received corrupt message|received fatal alert|peer is incompatible)/, 'TLS'],
]

/**
 * The code of what `fetch` failed with: its own error's or that of the cause, else what its words stand for. `undefined` when neither tells.
 *
 * Words are matched and never handed on, for some have the whole URL. That cannot be taken for words: it has no spaces.
 */
export function fetchFailureCode(error: unknown): unknown {
  const { code, message } = ((error as { cause?: unknown }).cause ?? error) as { code?: unknown; message?: unknown }
  return code ?? WORDS.find(([said]) => typeof message === 'string' && said.test(message))?.[1]
}
