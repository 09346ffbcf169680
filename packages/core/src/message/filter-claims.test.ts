import { expect, test } from 'vitest'
import { filterClaims } from './filter-claims.js'

const profile = {
  name: 'Alice',
  family_name: 'A',
  given_name: 'A',
  middle_name: 'A',
  nickname: 'a',
  preferred_username: 'alice',
  profile: 'https://a.example',
  picture: 'https://a.example/p',
  website: 'https://a.example',
  gender: 'f',
  birthdate: '2000-01-01',
  zoneinfo: 'Europe/Paris',
  locale: 'fr',
  updated_at: 1,
}
const email = { email: 'a@b.example', email_verified: false }
const address = { address: { country: 'FR' } }
const phone = { phone_number: '+33', phone_number_verified: true }
const all = { sub: 'alice', ...profile, ...email, ...address, ...phone, 'https://own': 1, roles: ['admin'] }

test.each([
  ['openid', { sub: 'alice' }],
  ['profile', profile],
  ['email', email],
  ['address', address],
  ['phone', phone],
  ['openid email', { sub: 'alice', ...email }],
  ['openid profile email address phone', { sub: 'alice', ...profile, ...email, ...address, ...phone }],
  [['openid', 'phone'], { sub: 'alice', ...phone }],
  ['', {}],
  ['offline_access roles toString', {}],
])('B24, OpenID Connect Core §5.4: %j', (scope, expected) => {
  expect(filterClaims(all, scope)).toEqual(expected)
})

test('OpenID Connect Core §5.2: claims in several languages go together', () => {
  const claims = { name: 'Alice', 'name#ja': 'アリス', 'email#x': 'x', 'https://own#name': 1 }
  expect(filterClaims(claims, 'profile')).toEqual({ name: 'Alice', 'name#ja': 'アリス' })
})

test('the claims themselves stay as they are', () => {
  const claims = Object.freeze({ sub: 'alice', email: 'a@b.example' })
  filterClaims(claims, 'email')
  expect(claims).toEqual({ sub: 'alice', email: 'a@b.example' })
})
