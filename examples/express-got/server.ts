import { createApp } from './app.ts'

/** Reads one environment variable; all of them have to be set. */
function env(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`Set the environment variable ${name}.`)
  return value
}

const port = Number(process.env['PORT'] ?? 3000)
const app = createApp({
  baseUrl: process.env['BASE_URL'] ?? `http://localhost:${port}`,
  secret: env('SESSION_SECRET'),
  issuer: env('DEMO_ISSUER'),
  clientId: env('DEMO_CLIENT_ID'),
  clientSecret: env('DEMO_CLIENT_SECRET'),
  api: env('API_URL'),
})
app.listen(port, () => console.log(`http://localhost:${port}`))
