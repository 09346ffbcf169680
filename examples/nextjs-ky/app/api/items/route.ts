import { pageOfItems } from '../../../lib/items.ts'
import { protect } from '../../../lib/oauth.ts'

export const GET = protect(async (request: Request) => Response.json(await pageOfItems(new URL(request.url).searchParams.get('page'))), {
  provider: 'example',
  token: true,
})
