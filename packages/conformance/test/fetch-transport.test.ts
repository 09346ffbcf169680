import { fetchTransport } from '@oauth/core/fetch'
import { describe, it } from 'vitest'
import { testTransport } from '../src/index.js'

describe('fetchTransport', () => testTransport(it, () => fetchTransport()))
