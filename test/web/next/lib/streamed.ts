import { tokenView } from './token-view.ts'

/** An answer that asks for the token when its beginning has been sent for long: `begun`, and what `GET /token` says. */
export function streamed(): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(encoder.encode('begun '))
      await new Promise((resolve) => setTimeout(resolve, 200))
      controller.enqueue(encoder.encode(JSON.stringify(await tokenView())))
      controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/plain' } })
}
