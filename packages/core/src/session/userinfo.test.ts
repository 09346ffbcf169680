import { expect, it } from 'vitest'
import { createSigner } from '../../test/signer.js'
import { answer, json, sessionOver, wire } from './testing/fixture.js'

it('ID08, UI03: the signed UserInfo of a tenant has to be from the issuer of the ID token', async () => {
  const signer = createSigner('RS256')
  const issuer = (tenant: string) => `https://as.example/${tenant}/v2.0`
  let tenant = 'contoso'
  const line = wire(({ endpoint }) =>
    endpoint === 'userinfo'
      ? answer(200, signer.sign({ iss: issuer(tenant), aud: 'client', sub: 'alice' }), { 'content-type': 'application/jwt' })
      : json({ keys: [signer.jwk] }),
  )
  const session = sessionOver(line, {
    server: {
      issuer: issuer('{tenantid}'),
      token_endpoint: 'https://as.example/token',
      userinfo_endpoint: 'https://as.example/userinfo',
      jwks_uri: 'https://as.example/jwks',
    },
    quirks: { templatedIssuer: true },
    userinfoSignedResponseAlg: 'RS256',
    token: { access_token: 'access', id_token: signer.sign({ iss: issuer('contoso'), aud: 'client', sub: 'alice' }) },
  })
  expect(await session.userinfo()).toMatchObject({ sub: 'alice', iss: issuer('contoso') })
  tenant = 'fabrikam'
  await expect(session.userinfo()).rejects.toMatchObject({ code: 'OAUTH_JWT_ISS' })
})
