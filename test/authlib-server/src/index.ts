export {
  type AuthlibClient,
  type AuthlibClientInput,
  type AuthlibRequest,
  type AuthlibServer,
  startAuthlibServer,
} from './authlib-server.ts'
export { findPython, type Python } from './python.ts'
