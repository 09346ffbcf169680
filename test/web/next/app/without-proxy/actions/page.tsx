export { default } from '../../actions/page.tsx'
