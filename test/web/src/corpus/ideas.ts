import { EVIL, FOREIGN_HOSTS, lookAlikes, NUMERIC_HOSTS, userinfos } from './host-spellings.ts'

/** One way to make an address that looks like a path of the application, and what it makes. */
export type Idea = (app: URL) => readonly string[]

/** Every way to put one part of each list together. */
function joined(...lists: readonly (readonly string[])[]): readonly string[] {
  return lists.reduce<readonly string[]>((starts, list) => starts.flatMap((start) => list.map((part) => start + part)), [''])
}

/** What browsers read as the start of another host, and what they might if it were read once more on the way (WHATWG URL §4.4). */
const TWO_SLASHES = [
  '//',
  '///',
  '////',
  '/\\',
  '\\/',
  '\\\\',
  '/\\/',
  '//\\',
  '/\\\\',
  '\\/\\/',
  '\\',
  '/ /',
  '//.',
  './/',
  '..//',
  '/./\\',
]

/** C0 controls, DEL, and those of C1 that are line ends somewhere. */
const CONTROLS = [...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)), '\u007f', '\u0085', '\u009f']

/** What some parsers trim, or do not see. */
const SPACES = [' ', '\u00a0', '\u1680', '\u2003', '\u2028', '\u2029', '\u202e', '\u3000', '\u200b', '\u2060', '\ufeff', '\u180e', '\u00ad']

const SCHEMES = ['https', 'http', 'HTTPS', 'hTtP', 'ftp', 'ws', 'wss', 'file', 'blob:https', 'filesystem:https', 'view-source:https']
const OPAQUE = [
  'intent',
  'android-app',
  'ms-word:ofe|u|https',
  'x-app',
  'jar:https',
  'feed:https',
  'chrome',
  'about',
  'mailto',
  'tel',
  'ldap',
]
const AFTER_SCHEME = [':', ':/', '://', ':///', ':\\\\', ':/\\', ':\t//', '%3a//', '%3A%2F%2F', '\uff1a//']

const SCRIPT_SCHEMES = [
  'javascript:',
  'JaVaScRiPt:',
  'java\tscript:',
  'java\nscript:',
  'java\r\nscript:',
  '\u0001javascript:',
  ' javascript:',
  'javascript\t:',
  'javascript%3a',
  'javascript&colon;',
  'javascript&#58;',
  'java%0ascript:',
  'feed:javascript:',
  'vbscript:',
  'livescript:',
]
const SCRIPTS = [
  'alert(1)',
  '//%0aalert(1)',
  '//%E2%80%A8alert(1)',
  '/*/alert(1)',
  '%61lert(1)',
  '<script>alert(1)</script>',
  '"onload="alert(1)',
]
const DATA = [
  'data:text/html,<script>alert(1)</script>',
  'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  'DATA:text/html;charset=utf-8,%3Cscript%3Ealert(1)%3C/script%3E',
  'data:,x',
  'data://text/html,x',
  ' data:text/html,x',
  'data\t:text/html,x',
]

/** A slash in every writing: once and twice encoded, overlong, as other languages escape it, and as characters that look or normalise like one. */
const SLASHES = [
  '%2f',
  '%2F',
  '%5c',
  '%5C',
  '%252f',
  '%255c',
  '%25252f',
  '%c0%af',
  '%e0%80%af',
  '%c1%9c',
  '%u002f',
  '%u2215',
  '\\u002f',
  '\\x2f',
  '&#47;',
  '&#x2f;',
  '&sol;',
  '\uff0f',
  '\uff3c',
  '\u2044',
  '\u2215',
  '\u29f8',
  '\ufe68',
  '\u2571',
  '%EF%BC%8F',
  '%E2%81%84',
]

const LINE_BREAKS = [
  '\r\n',
  '\n',
  '\r',
  '%0d%0a',
  '%0D%0A',
  '%0a',
  '%0d',
  '%250d%250a',
  '%25250d%25250a',
  '%u000d%u000a',
  '\\r\\n',
  '&#13;&#10;',
  // Their low bytes are CR and LF.
  '\u560d\u560a',
  '\u010d\u010a',
  '%E5%98%8D%E5%98%8A',
  '\u0085',
  '\u2028',
  '%e2%80%a8',
  '\u000b',
  '\r\n\r\n',
]
const HEADERS = ['Set-Cookie: evil=1', 'Location: //evil.example', ' X-Evil: 1', '<script>alert(1)</script>']

/** Paths that lose their first segments on the way to a server, and paths out of the folder that the application has for itself. */
const DETOURS = [
  '/.',
  '/..',
  '/x/..',
  '/x/y/../..',
  '/%2e',
  '/%2E%2e',
  '/.%2e',
  '/x/%2e%2e',
  '/%252e%252e',
  '/x/..;a=b',
  '/;',
  '/.;',
  '/..;',
  '/~',
  '/@',
  '/:',
  '/<>',
  '/%00',
  '/%20',
  '/*',
  '/x/.%00.',
  '/\uff0e\uff0e',
  '/\u2025',
]
const AFTER_DETOUR = [`//${EVIL}`, `/\\${EVIL}`, `/%2f${EVIL}`, `/%5c${EVIL}`, `/%09/${EVIL}`]

const LENGTHS = [1024, 1025, 2048, 4096, 6000]

/** What each idea is called, and what it makes. */
export const IDEAS: Readonly<Record<string, Idea>> = {
  'slashes before a host': () => joined(TWO_SLASHES, FOREIGN_HOSTS),
  'a control character among the slashes': () =>
    CONTROLS.flatMap((c) => [`/${c}/${EVIL}`, `${c}//${EVIL}`, `/${c}\\${EVIL}`, `//${c}${EVIL}`]),
  'an encoded control character among the slashes': () =>
    ['%00', '%01', '%09', '%0a', '%0b', '%0d', '%1f', '%20', '%7f', '%c2%85', '%c2%a0', '%e2%80%8b', '%ef%bb%bf', '%2509', '%250a'].flatMap(
      (c) => [`/${c}/${EVIL}`, `${c}//${EVIL}`, `/${c}\\${EVIL}`],
    ),
  'white space before it': () => joined(SPACES, [`//${EVIL}`, `/\\${EVIL}`, `https://${EVIL}`, `javascript:alert(1)`]),
  'white space inside it': () => SPACES.flatMap((space) => [`/${space}/${EVIL}`, `https:${space}//${EVIL}`]),
  'a scheme': () => joined(SCHEMES, AFTER_SCHEME, [`${EVIL}/`]),
  'a scheme of its own': () => joined(OPAQUE, [':', '://'], [`${EVIL}/#Intent;scheme=https;end`]),
  'a script': () => [...joined(SCRIPT_SCHEMES, SCRIPTS), ...DATA],
  userinfo: (app) => joined(['//', 'https://', '/\\', 'https:\\\\', 'https:'], userinfos(app)),
  "a host like the application's": (app) => joined(['//', `${app.protocol}//`, '\\\\'], lookAlikes(app)),
  'a host in numbers': () => joined(['//', 'http://', '/\\'], NUMERIC_HOSTS),
  "the application's address with more": (app) =>
    ['', '/'].flatMap((slash) =>
      [
        `//${EVIL}`,
        `\\\\${EVIL}`,
        `\\@${EVIL}`,
        `@${EVIL}`,
        `%40${EVIL}`,
        `.${EVIL}`,
        `:1@${EVIL}`,
        `..//${EVIL}`,
        `%09/${EVIL}`,
        `%2f${EVIL}`,
      ].map((more) => `${app.origin}${slash}${more}`),
    ),
  "the application's host by another way": ({ hostname, host }) => [
    `http://${hostname}/`,
    `https://${hostname}/`,
    `https://${hostname}:1/`,
    `//${hostname}:1/`,
    `ftp://${host}/`,
    `ws://${host}/`,
    `blob:https://${host}/x`,
    `view-source:https://${host}/`,
    `javascript://${host}/%0aalert(1)`,
    `data://${host}/,x`,
    `https:${host}`,
    `https:/${host}`,
  ],
  'a slash written otherwise': () =>
    SLASHES.flatMap((slash) => [
      `${slash}${slash}${EVIL}`,
      `/${slash}${EVIL}`,
      `/${slash}${slash}${EVIL}`,
      `https:${slash}${slash}${EVIL}`,
    ]),
  'a line break': () => joined(['/', '/x?a=', `//${EVIL}/`], LINE_BREAKS, HEADERS),
  'a detour': () => joined(DETOURS, AFTER_DETOUR),
  'out of the base path': ({ pathname }) => outOf(pathname.replace(/\/$/, '')),
  'a query or a fragment': ({ origin }) => [
    `?//${EVIL}`,
    `#//${EVIL}`,
    `?returnTo=//${EVIL}`,
    `//${EVIL}?${origin}/`,
    `//${EVIL}#${origin}/`,
    `//${EVIL}?${encodeURIComponent(origin)}`,
    `//${EVIL}/${origin}/`,
    `//${EVIL};${origin}/`,
    `//?@${EVIL}`,
    `//#@${EVIL}`,
    `/?\\\\${EVIL}`,
    `/#\\\\${EVIL}`,
    `/?//${EVIL}`,
    `/#//${EVIL}`,
    `/%3f//${EVIL}`,
    `/%23//${EVIL}`,
    `/&//${EVIL}`,
    `/x?&returnTo=//${EVIL}`,
    `/x%26returnTo=//${EVIL}`,
  ],
  'markup and templates': () => [
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '/"><script>alert(1)</script>',
    "/'-alert(1)-'",
    '/</script><script>alert(1)</script>',
    `/<meta http-equiv=refresh content=0;url=//${EVIL}>`,
    `<base href=//${EVIL}>`,
    `/{{constructor.constructor('alert(1)')()}}`,
    `/$\{7*7}`,
    '/<%= 7*7 %>',
    '/#{7*7}',
    `/"/**/onclick="location='//${EVIL}'`,
  ],
  malformed: () => [
    ...[
      '',
      ' ',
      '.',
      '..',
      '...',
      '/\\',
      '//',
      '///',
      '\\',
      ':',
      '://',
      '@',
      '?',
      '#',
      'null',
      'undefined',
      'NaN',
      'true',
      '[object Object]',
      '0',
      '-1',
    ],
    ...[
      'http://[',
      'https://[::1',
      '//[',
      '//[]',
      '//[::g]',
      '//%',
      '//%zz',
      '//a b',
      '//<>',
      '//a^b',
      '//a|b',
      '//evil.example:99999',
      '//evil.example:-1',
    ],
    ...[
      '/%',
      '/%z',
      '/%zz',
      '/%E0%A4%A',
      '/%ff',
      '/%c3%28',
      '/%fe%ff',
      '/%ed%a0%80',
      '/\ud800',
      '/\udc00//',
      '/\ufffe',
      '/\uffff\\',
      '/%u0000',
    ],
    ...[
      EVIL,
      `.${EVIL}`,
      `@${EVIL}`,
      `:${EVIL}`,
      `;${EVIL}`,
      `,${EVIL}`,
      `%${EVIL}`,
      `*${EVIL}`,
      `../${EVIL}`,
      `..\\${EVIL}`,
      `~//${EVIL}`,
      `${EVIL}/..`,
    ],
    ...[
      'https',
      'https:',
      'https:/',
      'https://',
      'https:///',
      'http:80',
      'https:?',
      'https:#',
      'https:@',
      'javascript',
      '__proto__',
      'constructor',
    ],
  ],
  'very long': () => LENGTHS.flatMap((length) => long(length)),
  'several at once': ({ host }) =>
    joined(
      ['', '\t', ' ', '\u0000', '%09', '\u00a0', '/.', '/%2e', '/x/..'],
      ['//', '/\\', '\\\\', '%2f%2f', '/%5c', '/\n/', '\uff0f\uff0f'],
      ['', `${host}@`, `${host}\\@`, `${host}%40`],
      [`${EVIL}/%2e%2e`, `[::ffff:cb00:7107]#${host}`],
    ),
}

/** Below `base` by its letters, and not by what a browser makes of it. */
function outOf(base: string): readonly string[] {
  const steps = [
    '..',
    '%2e%2e',
    '.%2e',
    '%2E.',
    '..%2f',
    '%2e%2e%2f',
    '..%5c',
    '..\\',
    '..%252f',
    '%252e%252e',
    './..',
    'x/../..',
    'x/%2e%2e/..',
    '..;',
    '..%00',
  ]
  return [
    ...steps.flatMap((step) => [`${base}/${step}`, `${base}/${step}/other`, `${base}/${step}/${EVIL}`, `${base}/${step}//${EVIL}`]),
    ...['x', '.', '..', '-other', '%2fother', '%2f..%2fother', '@other', ';x', '%20', '\\..\\other', '\uff0f..', `.${EVIL}`].map(
      (more) => `${base}${more}`,
    ),
    ...['/', '/other', '/other/', '/.', '/%2e/other', `/other${base}`, base.toUpperCase(), `/${base}`, `/x/..${base}/../other`],
  ]
}

function long(length: number): readonly string[] {
  const fill = (part: string) => part.repeat(Math.ceil(length / part.length)).slice(0, length)
  return [
    `/${fill('a')}`,
    `/${fill('/')}${EVIL}`,
    `//${fill('a.')}${EVIL}`,
    `//${fill('a')}@${EVIL}`,
    `${fill(' ')}//${EVIL}`,
    `/${fill('../')}/${EVIL}`,
    `/${fill('x/../')}/${EVIL}`,
    `/?${fill('a=b&')}//${EVIL}`,
    `/#${fill('a')}\\${EVIL}`,
  ]
}
