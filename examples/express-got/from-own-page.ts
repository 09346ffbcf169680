import type { RequestHandler } from 'express'

/** Takes forms of the application's own pages alone: browsers say with every POST which origin it comes from. */
export function fromOwnPage(baseUrl: string): RequestHandler {
  const { origin } = new URL(baseUrl)
  return function fromOwnPage(req, res, next) {
    if (req.get('origin') === origin) next()
    else res.status(403).type('text').send('This form was not sent by a page of this application.')
  }
}
