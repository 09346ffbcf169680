/** Hosts that are not the application's, in spellings that a check by text may take for something else. */
export const FOREIGN_HOSTS: readonly string[] = [
  'evil.example',
  'evil.example:443',
  'EVIL.EXAMPLE.',
  'evil%2eexample',
  'evil\u3002example',
  '\uff45vil.example',
  'xn--vil-hoa.example',
  'evil\u00ad.example',
]

/** The host where one will do. */
export const EVIL = 'evil.example'

/** Loopback and others in every notation that a browser makes the same address of (WHATWG URL §3.5). */
export const NUMERIC_HOSTS: readonly string[] = [
  '127.1',
  '127.0.1',
  '127.0.0.1.',
  '0x7f.1',
  '0X7F000001',
  '017700000001',
  '0177.0.0.01',
  '2130706433',
  '\uff11\uff12\uff17.0.0.1',
  '\u2460\u2461\u2466.0.0.1',
  '127\u30020\u30020\u30021',
  '0',
  '0.0.0.0',
  '203.0.113.7',
  '3405803783',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:cb00:7107]',
  '[2001:db8::7]',
  '[fe80::1%25eth0]',
  '%5b::1%5d',
]

/** Hosts that begin or end like the application's, or that hold it. */
export function lookAlikes({ hostname, host, port }: URL): readonly string[] {
  return [
    `${hostname}.${EVIL}`,
    `${hostname}${EVIL}`,
    `${hostname}-${EVIL}`,
    `${hostname}%2e${EVIL}`,
    `${hostname}%00.${EVIL}`,
    `${hostname}\u3002${EVIL}`,
    `${hostname}\uff0f.${EVIL}`,
    `${hostname}\u2100.${EVIL}`,
    `${hostname};.${EVIL}`,
    `${hostname}&.${EVIL}`,
    `${hostname}%20.${EVIL}`,
    `${hostname}%09.${EVIL}`,
    `${host}.${EVIL}`,
    `evil-${hostname}`,
    `evil.${hostname}`,
    `evil${hostname}`,
    `xn--${hostname}`,
    `www.${hostname}`,
    `${hostname}.`,
    `${hostname}:1`,
    `${hostname}:${port}0`,
    `${hostname}:0`,
    `${hostname}:65536`,
    `${hostname}:abc`,
    `${hostname.toUpperCase()}.${EVIL}`,
  ]
}

/** The application as the user of a foreign host: what stands before the last `@` is no host, whatever stands in between. */
export function userinfos({ hostname, host, origin }: URL): readonly string[] {
  return [
    `${hostname}@${EVIL}`,
    `${host}@${EVIL}`,
    `${hostname}:443@${EVIL}`,
    `${hostname}:a@b@${EVIL}`,
    `${hostname}%40${EVIL}`,
    `${hostname}%2540${EVIL}`,
    `${hostname}\\@${EVIL}`,
    `${hostname}%5c@${EVIL}`,
    `${hostname}%2f@${EVIL}`,
    `${hostname}/@${EVIL}`,
    `${hostname}?@${EVIL}`,
    `${hostname}#@${EVIL}`,
    `${hostname}%23@${EVIL}`,
    `${hostname}%3f@${EVIL}`,
    `${hostname}%00@${EVIL}`,
    `${hostname}\t@${EVIL}`,
    `${hostname}\u0000@${EVIL}`,
    `${hostname}\uff20${EVIL}`,
    `${hostname}\ufe6b${EVIL}`,
    `${EVIL}@${host}@${EVIL}`,
    `@${EVIL}`,
    `:@${EVIL}`,
    `:443@${EVIL}`,
    `${encodeURIComponent(origin)}@${EVIL}`,
    `${EVIL}\\@${host}`,
    `${EVIL}#@${host}`,
    `${EVIL}?@${host}`,
    `${EVIL}/@${host}`,
    `${EVIL}%23@${host}`,
  ]
}
