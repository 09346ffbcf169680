export {
  type AuthlibClient,
  type AuthlibClientInput,
  type AuthlibRequest,
  type AuthlibServer,
  passwordOf,
  startAuthlibServer,
} from './authlib-server.ts'
export { findPython, type Python } from './python.ts'
