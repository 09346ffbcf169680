/**
 * Ends what is under way, and sends the browser to an address, as Next's `redirect` does.
 *
 * Its module is asked for here and not at the start: Next's bundlers know it by a name under which Node, as in tests, finds nothing.
 */
export async function sendTo(url: string): Promise<never> {
  const { redirect } = await import('next/navigation.js')
  return redirect(url)
}
