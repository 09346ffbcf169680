export { proxy } from './lib/proxy.ts'
