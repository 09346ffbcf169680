export { proxy } from './lib/oauth.ts'
