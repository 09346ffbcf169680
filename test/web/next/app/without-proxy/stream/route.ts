export { GET } from '../../stream/route.ts'
