import { expect, test } from 'vitest'
import type { RequestedClaims } from '../transaction/claims-request.js'
import { checkRequestedClaims } from './requested-claims.js'

test.each<[string, object]>([
  ['a list', { values: ['gold', 'silver'] }],
  ['one value', { value: 'gold' }],
  ['a text in the place of a list', { values: 'gold' }],
])('ID18: of %s one whole value will do, and no part of one', (_name, request) => {
  const requested = { acr: { essential: true, ...request } } as RequestedClaims
  expect(() => checkRequestedClaims({ acr: 'gold' }, requested)).not.toThrow()
  for (const acr of ['old', '', undefined]) expect(() => checkRequestedClaims({ acr }, requested)).toThrow(/no "acr"/)
})
