export { default } from '../rendered/page.tsx'
