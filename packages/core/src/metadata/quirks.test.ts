import { expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { QUIRK_REASONS, quirkFired } from './fired-quirk.js'
import { assertQuirks, type Quirks } from './quirks.js'

const ALL: Required<Quirks> = {
  acceptTokenStatus: [201, 202],
  anyContentType: false,
  bearerTokenTypes: ['User Access Token'],
  camelCaseMembers: true,
  errorWithStatus200: true,
  expiresInMember: 'expires',
  expiresInZero: true,
  formEncodedTokenResponse: true,
  getTokenRequest: true,
  missingTokenType: true,
  nonceNotReturned: true,
  rawBasicCredentials: true,
  resourceHeaders: { 'Client-ID': 'client' },
  resourceQuery: { v: '5.80' },
  scopeDelimiter: ',',
  scopeList: true,
  templatedIssuer: { tenants: ['contoso'] },
  tokenParameter: 'token',
  userinfoMembers: { sub: 'id' },
}

test.each<Quirks | undefined>([undefined, {}, { acceptTokenStatus: [] }, { templatedIssuer: true }, ALL])(
  '%j is taken, and so is a quirk that is undefined',
  (quirks) => {
    expect(assertQuirks(quirks)).toBeUndefined()
    expect(assertQuirks({ ...quirks, anyContentType: undefined } as never)).toBeUndefined()
  },
)

test.each([
  [{ anyContentTypes: true }, 'no quirk "anyContentTypes"'],
  [{ toString: true }, 'no quirk "toString"'],
  [{ acceptTokenStatus: 201 }, '"acceptTokenStatus" must be a list'],
  [{ acceptTokenStatus: ['201'] }, '"acceptTokenStatus" must be a list'],
  [{ anyContentType: 'yes' }, '"anyContentType" must be true or false'],
  [{ bearerTokenTypes: 'mac' }, '"bearerTokenTypes" must be a list of texts'],
  [{ bearerTokenTypes: [''] }, '"bearerTokenTypes" must be a list of texts'],
  [{ errorWithStatus200: 1 }, '"errorWithStatus200" must be true or false'],
  [{ expiresInMember: true }, '"expiresInMember" must be a text that is not empty'],
  [{ rawBasicCredentials: null }, '"rawBasicCredentials" must be true or false'],
  [{ resourceHeaders: { Authorization: 'Bearer x' } }, '"resourceHeaders" must be an object of texts, and without "authorization"'],
  [{ resourceHeaders: ['client-id'] }, '"resourceHeaders" must be an object of texts'],
  [{ resourceQuery: { access_token: 'x' } }, '"resourceQuery" must be an object of texts, and without "access_token"'],
  [{ resourceQuery: { v: 5.8 } }, '"resourceQuery" must be an object of texts'],
  [{ scopeDelimiter: '' }, '"scopeDelimiter" must be a text that is not empty'],
  [{ templatedIssuer: ['contoso'] }, '"templatedIssuer" must be true or false, or { tenants }'],
  [{ templatedIssuer: { tenant: 'contoso' } }, '"templatedIssuer" must be true or false, or { tenants }'],
  [{ templatedIssuer: { tenants: 'contoso' } }, '"templatedIssuer" must be true or false, or { tenants }'],
  [{ tokenParameter: '' }, '"tokenParameter" must be a text that is not empty'],
  [{ userinfoMembers: { name: 'name' } }, '"userinfoMembers" must be an object that says for claims, "sub" among them'],
  [{ userinfoMembers: { sub: 0 } }, '"userinfoMembers" must be an object that says for claims'],
  [true, 'must be an object'],
  [null, 'must be an object'],
  [['anyContentType'], 'must be an object'],
])('B1: %j is refused, and what there is is listed', async (quirks, text) => {
  const refusal = { name: 'UsageError', code: 'OAUTH_USAGE' }
  const error = await thrown(() => assertQuirks(quirks as Quirks))
  expect(error).toMatchObject({ ...refusal, message: expect.stringContaining(text) })
  expect(error).toMatchObject({ message: expect.stringContaining(Object.keys(ALL).join(', ')) })
})

test.each(Object.keys(ALL) as (keyof Quirks)[])('B37: %s says, when it fires, which clause is departed from, and no more', (quirk) => {
  const events: object[] = []
  const reason = QUIRK_REASONS ? QUIRK_REASONS[quirk] : ''
  quirkFired({ emit: (event) => void events.push(event) }, quirk)
  expect(events).toEqual([{ type: 'quirk', quirk, detail: reason }])
  expect(reason).toMatch(/^(RFC \d+ §|OpenID Connect )/)
  quirkFired({}, quirk)
})
