import { afterEach, beforeEach } from 'vitest'
import { givenKeysCases } from '../../core/test/given-keys.js'
import { startWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

givenKeysCases(() => world)
