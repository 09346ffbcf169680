import { client } from './oauth.ts'

/** What the API answers. */
export interface Items {
  readonly page: number
  readonly items: readonly { readonly id: number }[]
}

/** How many pages the API has. */
export const LAST = 3

/** One page of what the API has for whoever signed in. */
export async function pageOfItems(page: unknown): Promise<Items> {
  const http = await client('example')
  return await http.get('items', { searchParams: { page: Math.max(1, Number(page) || 1) } }).json()
}
