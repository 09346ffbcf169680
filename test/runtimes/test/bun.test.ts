import { BUN } from '../src/bun.ts'
import { describeRuntime } from '../src/describe-runtime.ts'

describeRuntime(BUN)
