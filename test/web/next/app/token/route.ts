import { tokenView } from '../../lib/token-view.ts'

export async function GET(): Promise<Response> {
  return Response.json(await tokenView())
}
