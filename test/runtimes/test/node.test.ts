import { describeRuntime } from '../src/describe-runtime.ts'
import { OTHER_NODES, RUNNING_NODE } from '../src/node.ts'

for (const node of [RUNNING_NODE, ...OTHER_NODES]) describeRuntime(node)
