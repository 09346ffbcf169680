import { AssertionSession, OAuth2Session } from '@oauth/node-got'
import got, { HTTPError } from 'got'
import { adapterCases } from '../../core/test/adapter-cases/cases.js'
import { startWorld } from './world.js'

adapterCases({
  OAuth2Session,
  AssertionSession,
  HTTPError,
  client: got,
  instance: ({ base = '', headers = {} } = {}) => got.extend({ prefixUrl: base, headers }),
  startWorld,
})
