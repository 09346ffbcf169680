import { afterEach, beforeEach, describe } from 'vitest'
import type { Adapter, AnyHttp, CaseWorld } from './adapter.js'
import { assertionSessionCases } from './assertion-session.js'
import { givenKeysCases } from './given-keys.js'
import { machineTokenCases } from './machine-token.js'
import { memoryWarningCases } from './memory-warning.js'
import { rejectedTokenCases } from './rejected-token.js'
import { sessionErrorCases } from './session-errors.js'
import { sessionOptionsCases } from './session-options.js'
import { tokenOriginCases } from './token-origin.js'
import { tokenRequestCases } from './token-request.js'

/** What holds for each adapter alike. What its client has of its own is in the tests of the package. */
export function adapterCases<Http extends AnyHttp>(adapter: Adapter<Http>): void {
  let current: CaseWorld<Http>
  beforeEach(async () => {
    current = await adapter.startWorld()
  })
  afterEach(() => current.close())
  const world = () => current

  describe('options', () => sessionOptionsCases(adapter))
  describe('where the token goes', () => tokenOriginCases(adapter, world))
  describe('a 401 from the API', () => rejectedTokenCases(adapter, world))
  describe('errors', () => sessionErrorCases(adapter, world))
  describe('requests that carry credentials', () => tokenRequestCases(adapter, world))
  describe('tokens of machines', () => machineTokenCases(adapter, world))
  describe('AssertionSession', () => assertionSessionCases(adapter, world))
  describe('keys that the application gives', () => givenKeysCases(world))
  describe('tokens of a person in the memory of one process', () => memoryWarningCases(adapter))
}
