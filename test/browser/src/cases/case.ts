import type { Site } from '../site.ts'
import type { Visitor } from '../visitor.ts'

/** What a case works with; each has a browser of its own, in which nobody has signed in. */
export interface World {
  readonly site: Site
  readonly visitor: Visitor
  /** A person with another browser. */
  another(): Promise<Visitor>
}

/** What has to be so at every application. The name begins with the row or clause. */
export type Case = readonly [name: string, holds: (world: World) => Promise<void>]
