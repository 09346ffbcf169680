import { OAuth2Session, type OAuth2SessionOptions } from '@oauth/node-got'
import { type AdapterWorld, startAdapterWorld } from '../../core/test/adapter-world.js'

export { json } from '../../core/test/adapter-world.js'

export type World = AdapterWorld<OAuth2Session, OAuth2SessionOptions>

export function startWorld(): Promise<World> {
  return startAdapterWorld<OAuth2Session, OAuth2SessionOptions>((options) => new OAuth2Session(options))
}
