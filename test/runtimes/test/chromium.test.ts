import { CHROMIUM } from '../src/chromium.ts'
import { describeRuntime } from '../src/describe-runtime.ts'

describeRuntime(CHROMIUM)
