import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { RULES } from './import-rules.ts'

/** One import that breaks a rule. */
export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

/** Reads every import below `packages/` of a workspace and returns those that break a rule, and how many there are in all. */
export async function checkImports(workspace: string): Promise<{ violations: readonly Violation[]; imports: number }> {
  const { output } = await cruise(['packages'], {
    baseDir: workspace,
    ruleSet: { forbidden: [...RULES] },
    validate: true,
    // Type imports are seen, and told apart from those that remain after compilation.
    tsPreCompilationDeps: 'specify',
    combinedDependencies: false,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/dist/' },
    // Packages of the workspace resolve to their sources, as in the tests.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@oauth/source', 'import', 'node', 'types', 'default'],
      mainFields: ['main', 'types'],
    },
  })
  const { summary } = output as ICruiseResult
  return {
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    imports: summary.totalDependenciesCruised ?? 0,
  }
}
