import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Bundles a file of the suite as tools for browsers and Workers do: `conditions` are those that they choose exports by. No module of Node is
 * known, so a bundle that would need one is not made.
 */
export async function bundle(file: string, conditions: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`suite/${file}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    conditions: [...conditions],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
