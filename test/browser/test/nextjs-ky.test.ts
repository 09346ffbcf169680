import { describeApplication } from '../src/describe-application.ts'
import { nextjs } from '../src/nextjs.ts'

describeApplication(nextjs)
