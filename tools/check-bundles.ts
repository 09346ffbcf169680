/**
 * Checks what an import brings into a bundle, beside how much: what an adapter imports must not ship the protocol, nor a first step the
 * cryptography of later ones. `size-limit` watches the bytes; a part that slips in small is seen only here.
 */
import { build } from 'esbuild'

/** Signing, encryption and private keys: only their users have them. Signatures are verified without. */
const JOSE = ['jose/', 'A256GCM', 'RSA-OAEP']

/** What is handed in by those whose provider departs from the standards. */
const QUIRKS = ['camelCaseMembers', 'cache-control']

const ADAPTER_FREE_OF = ['jose/', 'A256GCM', 'grant_type', 'code_verifier']

const SESSION_FREE_OF = [...JOSE, 'scopePlacement']

/** Of the texts of errors, which browsers do not load, one each in a table, in a call and in a function. */
const TEXTS = ['the host name could not be resolved', 'must be a number of seconds', 'Known options: ']

/** What is imported, and what must not come with it: a module by its folder in node_modules, or a word of the code. */
const BUNDLES: readonly (readonly [code: string, ...forbidden: readonly string[]])[] = [
  ["export * from '@oauth/core/adapter'", ...ADAPTER_FREE_OF],
  ["export * from '@oauth/core/fetch'", ...ADAPTER_FREE_OF],
  ["export { run, discover } from '@oauth/core'", 'jose/dist/webapi/jws/', 'A256GCM', 'code_verifier'],
  [
    "export { run, tokenGrant, refreshAccessToken } from '@oauth/core'",
    ...JOSE,
    ...QUIRKS,
    'code_verifier',
    'www-authenticate',
    'jwks_uri',
    'id_token_signed_response_alg',
  ],
  [
    "export { run, startAuthorization, finishAuthorization, refreshToken, createCache } from '@oauth/core'",
    ...JOSE,
    ...QUIRKS,
    'www-authenticate',
    'introspection_endpoint',
    'BEGIN',
  ],
  ["export { OAuth2Session } from '@oauth/core/session'", ...SESSION_FREE_OF],
  ["export { OAuth2Session } from '@oauth/ky'", ...SESSION_FREE_OF],
  [
    "export { finishAuthorization, refreshToken, verifyIdToken, userinfo, introspect } from '@oauth/core'",
    'jose/dist/webapi/jwe/',
    'jose/dist/webapi/lib/jws_sign.js',
    'jose/dist/webapi/key/import.js',
  ],
  ["export * from '@oauth/core'; export * from '@oauth/core/session'", ...TEXTS],
]

const everything = await bundle("export * from '@oauth/core'; export * from '@oauth/core/session'; export * from '@oauth/core/routes'", [
  'development',
])
const known = BUNDLES.flatMap(([, ...forbidden]) => forbidden)
const findings = [
  // A word that is nowhere would be forbidden in vain.
  ...[...new Set(known)].filter((part) => !everything.has(part)).map((part) => `nothing in @oauth/core ships ${part}: name another`),
  ...(await Promise.all(BUNDLES.map(findingsIn))).flat(),
]
if (findings.length > 0) {
  console.error(findings.join('\n'))
  process.exit(1)
}
console.log(`sizes are within their budgets; ${BUNDLES.length} imports are free of what they must not ship`)

async function findingsIn([code, ...forbidden]: (typeof BUNDLES)[number]): Promise<readonly string[]> {
  const { has } = await bundle(code)
  return forbidden.filter(has).map((part) => `${code} ships ${part}`)
}

async function bundle(code: string, conditions: string[] = []): Promise<{ has(part: string): boolean }> {
  const { metafile, outputFiles } = await build({
    // Adapters see the packages as users do; this one has a link to core, and by its own name one to itself.
    stdin: { contents: code, resolveDir: 'packages/ky' },
    external: ['ky'],
    bundle: true,
    minifySyntax: true,
    conditions,
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'error',
  })
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const shipped = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)
  const text = outputFiles.map((file) => file.text).join('\n')
  return { has: (part) => (part.includes('/') ? shipped.some((path) => path.includes(`node_modules/${part}`)) : text.includes(part)) }
}
