import { EVIL } from './host-spellings.ts'

/** Every way to put one part of each list together. */
export function joined(...lists: readonly (readonly string[])[]): readonly string[] {
  return lists.reduce<readonly string[]>((starts, list) => starts.flatMap((start) => list.map((part) => start + part)), [''])
}

/** What browsers read as the start of another host, and what they might if it were read once more on the way (WHATWG URL §4.4). */
export const TWO_SLASHES = [
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
export const CONTROLS = [...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)), '\u007f', '\u0085', '\u009f']

/** What some parsers trim, or do not see. */
export const SPACES = [
  ' ',
  '\u00a0',
  '\u1680',
  '\u2003',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u3000',
  '\u200b',
  '\u2060',
  '\ufeff',
  '\u180e',
  '\u00ad',
]

/** Schemes whose addresses have a host. */
export const SCHEMES = ['https', 'http', 'HTTPS', 'hTtP', 'ftp', 'ws', 'wss', 'file', 'blob:https', 'filesystem:https', 'view-source:https']
/** Schemes that start another program, or mean something of a browser's own. */
export const OPAQUE = [
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
/** What stands between a scheme and a host, right and wrong. */
export const AFTER_SCHEME = [':', ':/', '://', ':///', ':\\\\', ':/\\', ':\t//', '%3a//', '%3A%2F%2F', '\uff1a//']

/** Schemes that run what follows, in spellings that browsers put right (WHATWG URL §4.4) or once did. */
export const SCRIPT_SCHEMES = [
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
/** What they run. */
export const SCRIPTS = [
  'alert(1)',
  '//%0aalert(1)',
  '//%E2%80%A8alert(1)',
  '/*/alert(1)',
  '%61lert(1)',
  '<script>alert(1)</script>',
  '"onload="alert(1)',
]
/** Addresses that are the page. */
export const DATA = [
  'data:text/html,<script>alert(1)</script>',
  'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  'DATA:text/html;charset=utf-8,%3Cscript%3Ealert(1)%3C/script%3E',
  'data:,x',
  'data://text/html,x',
  ' data:text/html,x',
  'data\t:text/html,x',
]

/** A slash in every writing: once and twice encoded, overlong, as other languages escape it, and as characters that look or normalise like one. */
export const SLASHES = [
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

/** What may end a line of a header, and what may become that. */
export const LINE_BREAKS = [
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
/** What would then be the next line. */
export const HEADERS = ['Set-Cookie: evil=1', 'Location: //evil.example', ' X-Evil: 1', '<script>alert(1)</script>']

/** Paths that lose their first segments on the way to a server, and paths out of the folder that the application has for itself. */
export const DETOURS = [
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
/** What is left when they are. */
export const AFTER_DETOUR = [`//${EVIL}`, `/\\${EVIL}`, `/%2f${EVIL}`, `/%5c${EVIL}`, `/%09/${EVIL}`]

/** Characters: about the longest that is taken along, and beyond. */
export const LENGTHS = [1024, 1025, 2048, 4096, 6000]
