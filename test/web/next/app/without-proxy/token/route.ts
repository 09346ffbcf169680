export { GET } from '../../token/route.ts'
