import { after } from 'next/server'
import { tokenView } from '../../../lib/token-view.ts'

/** Answers at once, and prints afterwards what `GET /token` says. */
export async function GET(): Promise<Response> {
  after(async () => console.log(`after: ${JSON.stringify(await tokenView())}`))
  return new Response('answered')
}
