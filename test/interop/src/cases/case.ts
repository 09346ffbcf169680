import type { Feature } from '../interop-server.ts'
import type { World } from '../world.ts'

/** One thing that a client does with a server, whichever adapter and whichever server it is. */
export interface Case {
  /** The clause, then what is done. */
  readonly title: string
  /** What the server has to have beyond what all have. */
  readonly needs?: Feature
  run(world: World): Promise<void>
}
