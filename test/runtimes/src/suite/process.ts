/** The suite as a process of Node, Deno or Bun: the address of its parent is its argument, the report what it prints. */
import { runSuite } from './suite.ts'

const { process } = globalThis as unknown as { readonly process: { readonly argv: readonly string[] } }

console.log(JSON.stringify(await runSuite(process.argv[2] ?? '')))
