import { expect, test } from 'vitest'
import { thrown } from '../../test/answers.js'
import { endSessionUrl } from './end-session.js'

const end_session_endpoint = 'https://as.example/logout?tenant=a&client_id=evil'

test('B17: OpenID Connect RP-Initiated Logout §2: parameters in order, each once', () => {
  const url = endSessionUrl(
    { end_session_endpoint },
    { idTokenHint: 'I', clientId: 'client', postLogoutRedirectUri: 'https://app.example/', state: 's', logoutHint: 'h', uiLocales: 'pl' },
  )
  expect(url).toBe(
    'https://as.example/logout?tenant=a&id_token_hint=I&client_id=client&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2F&state=s&logout_hint=h&ui_locales=pl',
  )
})

test('B17: state goes with a post_logout_redirect_uri only', () => {
  expect(endSessionUrl({ end_session_endpoint: 'https://as.example/logout' }, { state: 's' })).toBe('https://as.example/logout')
})

test('a server without the endpoint is a typed error', async () => {
  expect(await thrown(() => endSessionUrl({}, {}))).toMatchObject({ code: 'OAUTH_ENDPOINT_MISSING' })
})
