export { default } from '../../guarded/page.tsx'
