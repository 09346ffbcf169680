export { proxy as middleware } from './lib/oauth.ts'
