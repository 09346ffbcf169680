import { testTransport } from '@oauth/conformance'
import { gotTransport } from '@oauth/node-got'
import got from 'got'
import { describe, it } from 'vitest'

describe('gotTransport', () => testTransport(it, () => gotTransport()))

/** An instance as applications have them: everything on it is meant for an API, and would do harm elsewhere. */
describe('gotTransport of an instance with defaults of its own', () => {
  const cookies: string[] = []
  const instance = got.extend({
    prefixUrl: 'https://api.example/v1',
    allowAbsoluteUrls: false,
    searchParams: { key: 'api' },
    headers: { authorization: 'Bearer api', cookie: 'api=1', 'x-api-key': 'api' },
    cookieJar: { setCookie: async (cookie: string) => cookies.push(cookie), getCookieString: async () => cookies.join('; ') },
    followRedirect: true,
    methodRewriting: true,
    retry: { limit: 5, methods: ['GET', 'POST'], statusCodes: [429, 500, 503] },
    throwHttpErrors: true,
    responseType: 'json',
    decompress: false,
  })
  testTransport(it, () => gotTransport(instance))
})
