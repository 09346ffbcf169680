/** An example application, and how it is started. */
export interface Application {
  /** Of its folder. */
  readonly name: string
  /** What providers call it. */
  readonly title: string
  /** Whether it takes the path of its base URL itself. A reverse proxy takes it away from the others. */
  readonly knowsBasePath: boolean
  start(options: StartOptions): Promise<Started>
}

/** What an application is told at its start. */
export interface StartOptions {
  /** What `register` of the surroundings returned. */
  readonly env: Readonly<Record<string, string>>
  /** Path of its base URL; empty at the root of the host. */
  readonly basePath: string
}

/** A running application. */
export interface Started {
  /** Where it listens, without a path. */
  readonly url: string
  close(): Promise<void>
}
