import type { Context, Settings } from './case.ts'

/** Gets the settings from the process that started this runtime, and has it do what cannot be done here. */
export async function contextFrom(controlUrl: string): Promise<Context> {
  const ask = async (path: string): Promise<Response> => {
    const response = await fetch(`${controlUrl}${path}`)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response
  }
  const settings = (await (await ask('/settings')).json()) as Settings
  return {
    ...settings,
    login: async (url) => (await ask(`/login?${new URLSearchParams({ url })}`)).text(),
    expireAccessTokens: async () => void (await ask('/expire-access-tokens')),
    refreshes: async () => Number(await (await ask('/refreshes')).text()),
  }
}
