import { protect } from '../../../../lib/oauth.ts'

export default protect(async function Item({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  return <p>{`item: ${(await params).id}`}</p>
})
