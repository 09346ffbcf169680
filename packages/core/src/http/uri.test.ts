import { expect, test } from 'vitest'
import { appendQuery, isLoopback, parseUrl, serialised } from './uri.js'

test.each([
  ['https://as.example/a', [['x', '1']], 'https://as.example/a?x=1'],
  ['https://as.example/a?p=q', [['x', '1']], 'https://as.example/a?p=q&x=1'],
  ['https://as.example/a?blank=&p=a+b%3A', [['x', '1']], 'https://as.example/a?blank=&p=a+b%3A&x=1'],
  ['https://as.example/a?p=q#top', [['x', '1']], 'https://as.example/a?p=q&x=1#top'],
  ['https://as.example/a#top?no=query', [['x', '1']], 'https://as.example/a?x=1#top?no=query'],
  ['https://as.example/a', [], 'https://as.example/a'],
] as const)('S8: %s with %j is %s', (url, form, expected) => {
  expect(appendQuery(url, form)).toBe(expected)
})

test('AR29: a replaced parameter is taken out of the query however often it is there', () => {
  expect(appendQuery('https://as.example/a?x=0&y=1&x=2', [['x', '3']], (name) => name === 'x')).toBe('https://as.example/a?y=1&x=3')
})

test.each([
  ['http://localhost/', true],
  ['http://127.0.0.1:8080/', true],
  ['http://127.255.0.9/', true],
  ['http://127.1/', true],
  ['http://[::1]/', true],
  ['http://localhost.evil.example/', false],
  ['http://127.0.0.1.evil.example/', false],
  ['http://128.0.0.1/', false],
  ['http://0.0.0.0/', false],
  ['http://[::2]/', false],
])('loopback: %s is %s', (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected)
})

test('a text that is no URL is undefined', () => {
  expect(parseUrl('/relative')).toBeUndefined()
  expect(parseUrl('https://as.example')?.hostname).toBe('as.example')
})

test('JK04: a URL for a browser or a terminal is written anew: nothing in it ends a word, a line, an attribute or a quotation', () => {
  const hostile = 'https://as.example/a b"<>`\r\n$(calc)?q="\'&x=a b'
  expect(serialised(hostile)).toBe('https://as.example/a%20b%22%3C%3E%60$(calc)?q=%22%27&x=a%20b')
  expect(serialised('https://as.example')).toBe('https://as.example/')
  expect(serialised('-x')).toBe('-x')
})
