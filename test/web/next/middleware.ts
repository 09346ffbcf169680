export { proxy as middleware } from './lib/proxy.ts'
