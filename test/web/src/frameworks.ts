import { expressFramework } from './express-framework.ts'
import type { Framework } from './framework.ts'
import { nextFrameworks } from './next-app.ts'

/** Every framework that the cases are run against. */
export const frameworks: readonly Framework[] = [expressFramework(), ...nextFrameworks]
