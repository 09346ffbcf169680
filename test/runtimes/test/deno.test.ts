import { DENO } from '../src/deno.ts'
import { describeRuntime } from '../src/describe-runtime.ts'

describeRuntime(DENO)
