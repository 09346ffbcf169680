export { default } from '../../why/page.tsx'
