import { describeApplication } from '../src/describe-application.ts'
import { express } from '../src/express.ts'

describeApplication(express)
