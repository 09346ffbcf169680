import { describeRuntime } from '../src/describe-runtime.ts'
import { OLD_WORKERD, WORKERD } from '../src/workerd.ts'

for (const workerd of [WORKERD, OLD_WORKERD]) describeRuntime(workerd)
