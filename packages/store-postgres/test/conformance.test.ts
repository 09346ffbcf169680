import { testTokenStore } from '@oauth/conformance'
import { describe, it } from 'vitest'
import { postgresStore } from '../src/index.js'
import { postgresWorld } from './testing/world.js'

const world = postgresWorld()

describe.each([{ watch: true }, { watch: false, prepare: true }])('the kit, with %j', { timeout: 30_000 }, (options) => {
  testTokenStore(it, () => postgresStore(world.anotherPool({ max: 5, idleTimeoutMillis: 1000 }), options), {
    gone: () => postgresStore(world.anotherPool({ host: `${world.server.connection.host}/nowhere` }), options),
  })
})
