import type { App } from './apps/app.ts'

/** The applications that are compared. A process loads the one that it is. */
export const APPS = {
  bare: async () => (await import('./apps/bare.ts')).app,
  ours: async () => (await import('./apps/ours.ts')).app,
  'by-hand': async () => (await import('./apps/by-hand.ts')).app,
  'express-session': async () => (await import('./apps/express-session.ts')).app,
  'express-openid-connect': async () => (await import('./apps/express-openid-connect.ts')).app,
  'iron-session': async () => (await import('./apps/iron-session.ts')).app,
  'openid-client': async () => (await import('./apps/openid-client.ts')).app,
  'passport-openidconnect': async () => (await import('./apps/passport-openidconnect.ts')).app,
} satisfies Readonly<Record<string, () => Promise<App>>>

export type AppName = keyof typeof APPS
