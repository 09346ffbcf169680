import { streamed } from '../../lib/streamed.ts'

export async function GET(): Promise<Response> {
  return streamed()
}
