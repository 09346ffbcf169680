import { describe, expect, test } from 'vitest'
import { issuerOfTenant, isTemplateOf } from './issuer-template.js'

describe('ID08: a template is for the issuer that was configured', () => {
  test.each([
    ['https://login.example/{tenantid}/v2.0', 'https://login.example/common/v2.0'],
    ['https://login.example/{tenantid}', 'https://login.example/contoso.example'],
    ['https://login.example/a/{tenantid}/', 'https://login.example/a/72f988bf-86f1/'],
  ])('%s is one for %s', (template, issuer) => {
    expect(isTemplateOf(template, issuer)).toBe(true)
  })

  test.each([
    ['https://evil.example/{tenantid}/v2.0', 'https://login.example/common/v2.0'],
    ['https://{tenantid}/common/v2.0', 'https://login.example/common/v2.0'],
    ['https:/{tenantid}/v2.0', 'https://login.example/v2.0'],
    ['https://{tenantid}.example/v2.0', 'https://login.example/v2.0'],
    ['https://login.example/{tenantid}/v2.0', 'https://login.example/a/common/v2.0'],
    ['https://login.example/{tenantid}/v2.0', 'https://login.example/v2.0'],
    ['https://login.example/{tenantid}/v2.0', 'https://login.example/common/v1.0'],
    ['https://login.example/{tenantid}/{tenantid}', 'https://login.example/a/a'],
    ['https://login.example/common/v2.0', 'https://login.example/common/v2.0'],
    ['{tenantid}', 'https://login.example'],
    [undefined, 'https://login.example'],
  ])('%s is none for %s', (template, issuer) => {
    expect(isTemplateOf(template, issuer)).toBe(false)
  })
})

describe('ID08: the issuer of a tenant', () => {
  const template = 'https://login.example/{tenantid}/v2.0'

  test('is the template, filled', () => {
    expect(issuerOfTenant(template, '72f988bf-86f1')).toBe('https://login.example/72f988bf-86f1/v2.0')
    expect(issuerOfTenant(template, 'a', ['a', 'b'])).toBe('https://login.example/a/v2.0')
  })

  test.each([undefined, null, '', 'a/b', '../a', 'a?b', '$&', {}, ['a']])('is none for the tenant %j', (tenant) => {
    expect(issuerOfTenant(template, tenant)).toBeUndefined()
  })

  test('is none for a tenant that is not allowed', () => {
    expect(issuerOfTenant(template, 'c', ['a', 'b'])).toBeUndefined()
    expect(issuerOfTenant(template, 'c', [])).toBeUndefined()
  })
})
