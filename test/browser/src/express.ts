import { createApp } from '@oauth-example/express-got/app'
import { listen } from '@oauth-test/provider'
import type { Application } from './application.ts'

/** `examples/express-got`, in this process. */
export const express: Application = {
  name: 'express-got',
  title: 'Express and got',
  knowsBasePath: false,
  start: ({ env }) => listen(createApp({ env })),
}
