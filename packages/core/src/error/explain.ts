/** What an error says in words; `false` in builds that leave the words out. */
export type Explanation = string | false

/**
 * Whether errors explain themselves. Texts are written `explain && 'what was checked, what was found, what to do'`, so that bundles for
 * browsers, where every byte travels and nobody reads the console, drop the texts and keep the codes. `imports` in package.json decides.
 */
export { explain } from '#explain'
