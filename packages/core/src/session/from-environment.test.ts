import { describe, expect, it } from 'vitest'
import { fromEnvironment } from './from-environment.js'

describe('B3: options from environment variables', () => {
  it('are named after the provider; what is empty or not set is left out', () => {
    const env = {
      MY_APP_CLIENT_ID: 'id',
      MY_APP_CLIENT_SECRET: 'a secret',
      MY_APP_ISSUER: 'https://as.example',
      MY_APP_SCOPE: '',
      OTHER: 'x',
    }
    expect(fromEnvironment('my-app', env)).toEqual({ clientId: 'id', clientSecret: 'a secret', issuer: 'https://as.example' })
    expect(fromEnvironment('x', { X_CLIENT_ID: 'id', X_SCOPE: 'a b' })).toEqual({ clientId: 'id', scope: 'a b' })
  })

  it.each([['x'], ['x', null], ['x', 'y'], [undefined, {}]])('%j, %j: says what it takes', (...given) => {
    const refusal = expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('process.env') })
    expect(() => (fromEnvironment as (...all: unknown[]) => unknown)(...given)).toThrow(refusal)
  })

  it.each([{}, { MY_APP_CLIENT_ID: '' }, { MY_APP_CLIENT_ID: undefined }])('%j: the variable that is missing is named', (env) => {
    const named = expect.objectContaining({ name: 'UsageError', message: expect.stringContaining('MY_APP_CLIENT_ID') })
    expect(() => fromEnvironment('my-app', env)).toThrow(named)
  })
})
