import { describe, expect, test } from 'vitest'
import { json } from '../../test/answers.js'
import { testEnvironment } from '../../test/environment.js'
import { server } from '../../test/parties.js'
import { userinfoRequest, userinfoResponse } from './userinfo.js'

const request = userinfoRequest(server, 'A')
const members = { sub: 'data.0.id', name: 'data.0.display_name', email: 'data.0.email', email_verified: 'data.0.verified' }

function read(body: unknown, userinfoMembers: { readonly sub: string } & Record<string, string> = members, subject?: string) {
  const fired: (string | undefined)[] = []
  const environment = testEnvironment({ emit: ({ quirk }) => void fired.push(quirk) })
  return { claims: userinfoResponse(json(body), request, { subject, quirks: { userinfoMembers }, environment }), fired }
}

describe('UI07, Authlib #424: userinfoMembers', () => {
  test('claims are found where the API has them, and nothing else is; the quirk tells of itself', () => {
    expect(read({ data: [{ id: 'u1', display_name: 'Alice', email: 'a@b.example', verified: false, bio: 'long' }] })).toEqual({
      claims: { sub: 'u1', name: 'Alice', email: 'a@b.example', email_verified: false },
      fired: ['userinfoMembers'],
    })
  })

  test('a number that names a person is a text', () => {
    expect(read({ id: 583_231 }, { sub: 'id' }).claims).toEqual({ sub: '583231' })
  })

  test.each([[{ data: [{ id: 'u1', display_name: null, email: '' }] }], [{ data: [{ id: 'u1' }, { display_name: 'Bob' }] }]])(
    '%j: what is missing, null or empty is left out',
    (body) => {
      expect(read(body).claims).toEqual({ sub: 'u1' })
    },
  )

  test.each([
    [{}],
    [{ data: [] }],
    [{ data: 'u1' }],
    [{ data: [{ id: '' }] }],
    [{ data: [{ id: null }] }],
    [{ data: [{ id: {} }] }],
    [{ ok: false, error: 'invalid_auth' }],
    [{ sub: 'of another name' }],
  ])('%j: without a person it is refused', (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'OAUTH_RESPONSE_SHAPE' }))
  })

  test('a path reaches nothing but what the answer holds', () => {
    expect(
      read({ id: 'u1', list: [] }, { sub: 'id', name: 'constructor.name', nickname: 'id.length', picture: 'list.map' }).claims,
    ).toEqual({ sub: 'u1' })
  })

  test('UI01: an answer about somebody else is refused as ever', () => {
    expect(() => read({ data: [{ id: 'u1' }] }, members, 'u2')).toThrow(expect.objectContaining({ code: 'OAUTH_USERINFO_SUB' }))
  })
})
