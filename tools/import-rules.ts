import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser'

/** The folders of `packages/core/src`, lowest first: a folder imports itself, its row, and the rows above it in this table. */
export const LAYERS: readonly (readonly string[])[] = [
  ['error'],
  ['http'],
  ['jose'],
  ['metadata', 'proof', 'client-authentication'],
  ['transaction'],
  ['message'],
  ['flow'],
  ['session'],
  ['route'],
  ['preset'],
]

/** The files of `packages/core/src` that others import: one for each subpath of its `exports`. */
export const ENTRIES: readonly string[] = ['index', 'adapter', 'session', 'routes', 'fetch', 'presets']

const CORE = '^packages/core/src/'
const FOLDERS = LAYERS.flat().join('|')
const ENTRY_FILES = `${CORE}(?:${ENTRIES.join('|')})\\.ts$`
const TESTS = '\\.test(?:-d)?\\.ts$|^packages/[^/]+/test/|/testing/'
const NPM = '(?:^|/)node_modules/'
const TYPE_ONLY = ['type-only'] as const

/** Whoever imports against these breaks the build. Tests import what they like. */
export const RULES: readonly IForbiddenRuleType[] = [
  ...LAYERS.slice(0, -1).map((layer, index) =>
    forbid(`core/${layer.join(', ')} -> what lies above`, `${CORE}(?:${layer.join('|')})/`, {
      path: `${CORE}(?:${LAYERS.slice(index + 1)
        .flat()
        .join('|')})/`,
    }),
  ),
  forbid('core/transaction -> values other than errors', `${CORE}transaction/`, {
    path: `${CORE}(?:${LAYERS.slice(1, 4).flat().join('|')})/`,
    dependencyTypesNot: [...TYPE_ONLY],
  }),
  // docs/adr/0012-presets-are-plain-data.md says why.
  forbid('core/preset -> values', `${CORE}preset/`, { path: CORE, dependencyTypesNot: [...TYPE_ONLY] }),
  forbid('core folder -> entry file', `${CORE}[^/]+/`, { path: ENTRY_FILES }),
  forbid('core folder without a layer', `${CORE}(?!(?:${FOLDERS})/)[^/]+/`, {}),
  forbid('core/environment.ts -> anything', `${CORE}environment\\.ts$`, {}),
  forbid('core below session -> environment as a value', `${CORE}(?!session/|route/)[^/]+/`, {
    path: `${CORE}environment\\.ts$`,
    dependencyTypesNot: [...TYPE_ONLY],
  }),
  // The transport made of `fetch` has logic, unlike the other entry files; it is given what an adapter is given.
  forbid('core/fetch.ts -> values other than errors and http', `${CORE}fetch\\.ts$`, {
    path: CORE,
    pathNot: `${CORE}(?:error|http)/`,
    dependencyTypesNot: [...TYPE_ONLY],
  }),
  forbid('core -> node:', CORE, { dependencyTypes: ['core'] }),
  forbid('core -> npm other than jose', CORE, { path: NPM, pathNot: `${NPM}jose/` }),
  forbid('core outside jose/ -> jose', CORE, { path: `${NPM}jose/` }, `${CORE}jose/`),
  forbid('package -> file of another package', '^packages/([^/]+)/src/', {
    path: '^packages/',
    pathNot: '^packages/$1/',
    dependencyTypes: ['local'],
  }),
  forbid('package -> another package than core', '^packages/([^/]+)/src/', { path: '^packages/(?!core/)', pathNot: '^packages/$1/' }),
  forbid('package -> core other than its subpaths', '^packages/(?!core/)[^/]+/src/', {
    path: '^packages/core/',
    pathNot: `${CORE}(?:${ENTRIES.join('|')})\\.ts$`,
  }),
  forbid('package -> value of the root of core', '^packages/(?!core/)[^/]+/src/', {
    path: `${CORE}index\\.ts$`,
    dependencyTypesNot: [...TYPE_ONLY],
  }),
  forbid('package -> npm other than its peer', '^packages/(?!core/|express/)[^/]+/src/', { path: NPM, dependencyTypesNot: ['npm-peer'] }),
  // docs/adr/0005-runtime-dependencies.md says why.
  forbid('express -> npm other than its peer and on-headers', '^packages/express/src/', {
    path: NPM,
    pathNot: 'node_modules/on-headers/',
    dependencyTypesNot: ['npm-peer'],
  }),
  forbid('ky, nextjs -> node:', '^packages/(?:ky|nextjs)/src/', { dependencyTypes: ['core'] }),
  forbid('conformance -> core other than adapter and session', '^packages/conformance/src/', {
    path: CORE,
    pathNot: `${CORE}(?:adapter|session)\\.ts$`,
  }),
  forbid('conformance -> npm', '^packages/conformance/src/', { path: NPM }),
  forbid('source -> test', '^packages/[^/]+/src/', { path: TESTS }),
  // What bundlers for browsers are to fail at does not resolve.
  forbid('source -> what does not resolve', '^packages/[^/]+/src/', { couldNotResolve: true }, '^packages/nextjs/src/for-the-server\\.ts$'),
  forbid('cycle', '^packages/[^/]+/src/', { circular: true }),
]

function forbid(name: string, path: string, to: IRegularForbiddenRuleType['to'], except?: string): IForbiddenRuleType {
  return { name, severity: 'error', from: { path, pathNot: except === undefined ? TESTS : `${TESTS}|${except}` }, to }
}
