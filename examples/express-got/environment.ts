/** What the application is told by environment variables, beside `EXAMPLE_…` and `FORGE_…`, which `oauth` reads. */
export interface Settings {
  /** `BASE_URL`: the application's address as browsers see it. */
  readonly baseUrl: string
  /** `SESSION_SECRET`: at least 32 bytes. */
  readonly secret: string
  /** `API_URL`: the API that is called with the user's token. */
  readonly api: string
  /** `EXAMPLE_RESPONSE_MODE`: `form_post` where the provider wants that. */
  readonly responseMode: 'form_post' | undefined
  /** `SESSION_LIFETIME`: seconds that a login lasts, where that is not to be a week. */
  readonly lifetime: number | undefined
}

/** @throws {Error} naming the first variable that is not set. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Settings {
  const read = (name: string): string => {
    const value = env[name]
    if (value === undefined || value === '') throw new Error(`Set the environment variable ${name}.`)
    return value
  }
  return {
    baseUrl: read('BASE_URL').replace(/\/+$/, ''),
    secret: read('SESSION_SECRET'),
    api: read('API_URL'),
    responseMode: env['EXAMPLE_RESPONSE_MODE'] === 'form_post' ? 'form_post' : undefined,
    lifetime: Number(env['SESSION_LIFETIME']) || undefined,
  }
}
