export { GET } from '../without-proxy/fails/route.ts'
