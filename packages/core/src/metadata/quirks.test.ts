import { expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { assertQuirks, type Quirks } from './quirks.js'

const LIST = /acceptTokenStatus, anyContentType, errorWithStatus200, rawBasicCredentials/

test.each<Quirks | undefined>([
  undefined,
  {},
  { acceptTokenStatus: [] },
  { acceptTokenStatus: [201, 202], anyContentType: false, errorWithStatus200: true, rawBasicCredentials: true },
])('%j is taken, and so is a quirk that is undefined', (quirks) => {
  expect(assertQuirks(quirks)).toBeUndefined()
  expect(assertQuirks({ ...quirks, anyContentType: undefined } as never)).toBeUndefined()
})

test.each([
  [{ anyContentTypes: true }, 'no quirk "anyContentTypes"'],
  [{ toString: true }, 'no quirk "toString"'],
  [{ acceptTokenStatus: 201 }, '"acceptTokenStatus" must be a list'],
  [{ acceptTokenStatus: ['201'] }, '"acceptTokenStatus" must be a list'],
  [{ anyContentType: 'yes' }, '"anyContentType" must be true or false'],
  [{ errorWithStatus200: 1 }, '"errorWithStatus200" must be true or false'],
  [{ rawBasicCredentials: null }, '"rawBasicCredentials" must be true or false'],
  [true, 'must be an object'],
  [null, 'must be an object'],
  [['anyContentType'], 'must be an object'],
])('B1: %j is refused, and what there is is listed', async (quirks, text) => {
  const refusal = { name: 'UsageError', code: 'OAUTH_USAGE' }
  expect(await thrown(() => assertQuirks(quirks as Quirks))).toMatchObject({ ...refusal, message: expect.stringContaining(text) })
  expect(await thrown(() => assertQuirks(quirks as Quirks))).toMatchObject({ message: expect.stringMatching(LIST) })
})
