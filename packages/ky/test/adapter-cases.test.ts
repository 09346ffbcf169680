import { AssertionSession, OAuth2Session } from '@oauth/ky'
import ky, { HTTPError } from 'ky'
import { adapterCases } from '../../core/test/adapter-cases/cases.js'
import { startWorld } from './world.js'

adapterCases({
  OAuth2Session,
  AssertionSession,
  HTTPError,
  client: ky,
  instance: ({ base = '', headers = {} } = {}) => ky.create({ prefix: base, headers }),
  startWorld,
})
