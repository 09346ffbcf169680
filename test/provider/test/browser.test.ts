import type { IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBrowser, createCookies, type HostileServer, startHostileServer } from '../src/index.ts'

let one: HostileServer
let two: HostileServer
beforeEach(async () => {
  one = await startHostileServer()
  two = await startHostileServer()
})
afterEach(async () => {
  await one.close()
  await two.close()
})

const html = (body: string) => ({ headers: { 'content-type': 'text/html' }, body })
const localhost = (server: HostileServer) => server.url.replace('127.0.0.1', 'localhost')
const last = (server: HostileServer): IncomingHttpHeaders => server.requests.at(-1)?.headers ?? {}

test('cookies: by host and not by port, Path, HttpOnly, expiry and deletion', () => {
  const cookies = createCookies()
  cookies.store(
    ['a=1', 'b=2; Path=/app; HttpOnly', 'c=3; Max-Age=0', 'd=4; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'e=5; Max-Age=60'],
    'http://127.0.0.1:1/',
  )
  expect(cookies.header('http://127.0.0.1:2/')).toBe('a=1; e=5')
  expect(cookies.header('http://127.0.0.1:2/app/x')).toBe('b=2; a=1; e=5')
  expect(cookies.header('http://127.0.0.1:2/apple')).toBe('a=1; e=5')
  expect(cookies.header('http://localhost:1/app')).toBe('')
  expect(cookies.visibleToScript('http://127.0.0.1/app')).toBe('a=1; e=5')
  expect(cookies.get('e')?.expires?.getTime()).toBeGreaterThan(Date.now() + 50_000)
  expect(cookies.get('a')).toMatchObject({ sameSite: 'lax', httpOnly: false, expires: undefined })
  cookies.store('b=; Max-Age=0; Path=/app', 'http://127.0.0.1:9/app')
  expect(cookies.all().map(({ name }) => name)).toEqual(['a', 'e'])
  cookies.delete('a')
  expect(cookies.header('http://127.0.0.1/')).toBe('e=5')
  cookies.clear()
  expect(cookies.all()).toEqual([])
})

test('cookies: Secure, SameSite=None and the prefixes', () => {
  const cookies = createCookies()
  const header = ['s=1; Secure', 'n=1; SameSite=None', '__Host-h=1; Secure; Path=/', '__Secure-s=1; Secure']
  cookies.store([...header, 'd=1; Domain=example.com'], 'http://127.0.0.1/')
  cookies.store(header, 'http://localhost/')
  expect(cookies.all()).toEqual([])

  const site = 'https://app.example.com/x/y'
  cookies.store(
    [...header, '__Host-p=1; Secure; Path=/x', '__Host-q=1; Path=/', '__Host-d=1; Secure; Path=/; Domain=example.com', '__Secure-x=1'],
    site,
  )
  cookies.store(['up=1; Domain=example.com', 'other=1; Domain=evil.example'], site)
  expect(cookies.all().map(({ name }) => name)).toEqual(['s', '__Host-h', '__Secure-s', 'up'])
  expect(cookies.header('http://app.example.com/x/')).toBe('up=1')
  expect(cookies.header('https://other.example.com/x/')).toBe('up=1')
})

test('SameSite and fetch metadata depend on who asks: address bar, same site, cross-site link, cross-site POST', async () => {
  const browser = createBrowser()
  const set = {
    ...html('<a href="/again">again</a>'),
    headers: { 'set-cookie': ['strict=1; SameSite=Strict', 'lax=1; SameSite=Lax', 'plain=1'] },
  }
  one.answer('/', set)
  one.answer('/again', html('again'))
  two.answer('/', html(`<a href="${one.url}/again">get</a><form method="post" action="${one.url}/again"><button>post</button></form>`))

  const page = await browser.goto(`${one.url}/`)
  expect(last(one)).toMatchObject({
    'sec-fetch-site': 'none',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    accept: expect.stringContaining('text/html'),
  })
  expect(last(one)).not.toHaveProperty('cookie')
  await page.click('again')
  expect(last(one)).toMatchObject({ 'sec-fetch-site': 'same-origin', cookie: 'strict=1; lax=1; plain=1', referer: `${one.url}/` })

  const sameSite = await browser.goto(`${two.url}/`)
  await sameSite.click('post')
  expect(last(one)).toMatchObject({ 'sec-fetch-site': 'same-site', cookie: 'strict=1; lax=1; plain=1', origin: two.url })

  const crossSite = await browser.goto(`${localhost(two)}/`)
  await crossSite.click('get')
  expect(last(one)).toMatchObject({ 'sec-fetch-site': 'cross-site', cookie: 'lax=1; plain=1', referer: `${localhost(two)}/` })
  await crossSite.click('post')
  expect(last(one)).toMatchObject({ 'sec-fetch-site': 'cross-site', origin: localhost(two) })
  expect(last(one)).not.toHaveProperty('cookie')
  await browser.goto(`${one.url}/again`, { from: 'https://elsewhere.example/' })
  expect(last(one)).toMatchObject({ 'sec-fetch-site': 'cross-site', cookie: 'lax=1; plain=1' })
})

test('redirects: methods, cookies on the way, history, fragment, other schemes, the limit', async () => {
  const browser = createBrowser()
  one.answer(
    '/form',
    html(
      ['301', '302', '303', '307', '308']
        .map((s) => `<form method="post" action="/${s}"><input name="a" value="1"><button>${s}</button></form>`)
        .join(''),
    ),
  )
  one.answer('/end', html('end'))
  for (const status of [301, 302, 303, 307, 308])
    one.answer(`/${status}`, { status, headers: { location: '/end', 'set-cookie': `c${status}=1` } })
  for (const [status, method, body] of [
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'a=1'],
    [308, 'POST', 'a=1'],
  ] as const) {
    const end = await (await browser.goto(`${one.url}/form`)).click(String(status))
    expect(one.requests.at(-1)).toMatchObject({ method, body })
    expect(last(one).cookie).toContain(`c${status}=1`)
    expect(end.history.map((entry) => [entry.method, entry.status])).toEqual([
      ['POST', status],
      [method, 200],
    ])
  }
  expect((await browser.goto(`${one.url}/302#top`)).url).toBe(`${one.url}/end#top`)

  one.answer('/app', { status: 302, headers: { location: 'com.example.app:/cb?code=1' } })
  expect(await browser.goto(`${one.url}/app`)).toMatchObject({ url: 'com.example.app:/cb?code=1', status: 0 })
  expect(browser.page?.url).toBe(`${one.url}/end#top`)
  one.answer('/loop', { status: 302, headers: { location: '/loop' } })
  await expect(browser.goto(`${one.url}/loop`)).rejects.toThrow('more than 20 redirects')
  expect(one.requestsTo('/loop')).toHaveLength(21)
})

test('forms: defaults, boxes, selects, buttons by form id, GET, and what is not there', async () => {
  const browser = createBrowser()
  one.answer('/sent', html('sent'))
  one.answer(
    '/form',
    html(`<title>A &amp; B</title><form id="f" method="post" action="/sent">
      <input type="hidden" name="h" value="1 &amp; 2"><input name="t"><textarea name="x">text</textarea>
      <input type="checkbox" name="on" checked><input type="checkbox" name="off"><input name="gone" disabled value="1">
      <select name="s"><option value="1">one</option><option value="2" selected>two</option></select>
      <button name="do" value="save">Save</button></form><button form="f" name="do" value="drop">Drop</button>
      <form action="/sent?old=1"><input name="q" value="z"><input type="submit" value="Find"></form>`),
  )
  const page = await browser.goto(`${one.url}/form`)
  expect(page.title).toBe('A & B')
  await page.submit({ t: 'hello' })
  expect(Object.fromEntries(new URLSearchParams(one.requests.at(-1)?.body))).toEqual({
    h: '1 & 2',
    x: 'text',
    on: 'on',
    s: '2',
    t: 'hello',
    do: 'save',
  })
  await page.submit({ off: 'on' }, 'Drop')
  expect(Object.fromEntries(new URLSearchParams(one.requests.at(-1)?.body))).toMatchObject({ off: 'on', do: 'drop' })
  await page.form(1).submit()
  expect(one.requests.at(-1)?.url).toBe('/sent?q=z')
  await page.form(({ action }) => action.endsWith('old=1')).submit({ q: 'y' })
  expect(one.requests.at(-1)?.url).toBe('/sent?q=y')
  await expect(page.submit({ nope: '1' })).rejects.toThrow('no field nope')
  await expect(page.click('Nothing')).rejects.toThrow('no link or button Nothing')
  expect(() => page.form(7)).toThrow('no such form')
})

test('fetch in the page: metadata, cookies by credentials, redirects', async () => {
  const browser = createBrowser()
  one.answer('/', { ...html('page'), headers: { 'set-cookie': 'a=1' } })
  one.answer('/api', { body: { ok: true } })
  two.answer('/api', { body: { ok: true } })
  one.answer('/moved', { status: 302, headers: { location: '/api' } })
  await browser.goto(`${one.url}/`)

  const response = await browser.fetch('/api', {
    method: 'POST',
    body: JSON.stringify({}),
    headers: { 'content-type': 'application/json', cookie: 'x=1' },
  })
  expect(await response.json()).toEqual({ ok: true })
  expect(last(one)).toMatchObject({
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
    'sec-fetch-site': 'same-origin',
    origin: one.url,
    cookie: 'a=1',
    'content-type': 'application/json',
  })
  await browser.fetch(`${two.url}/api`)
  expect(last(two)).toMatchObject({ 'sec-fetch-site': 'same-site', origin: one.url })
  expect(last(two)).not.toHaveProperty('cookie')
  await browser.fetch(`${two.url}/api`, { credentials: 'include' })
  expect(last(two)).toMatchObject({ cookie: 'a=1' })
  expect(await browser.fetch('/moved')).toMatchObject({ status: 200, url: `${one.url}/api` })
  expect((await browser.fetch('/moved', { redirect: 'manual' })).status).toBe(302)
})
