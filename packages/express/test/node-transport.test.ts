import { testTransport } from '@oauth/conformance'
import { describe, it } from 'vitest'
import { nodeTransport } from '../src/node-transport.js'

describe('nodeTransport', () => testTransport(it, () => nodeTransport()))
