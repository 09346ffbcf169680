import { join } from 'node:path'
import type { TokenRecord } from '@oauth/core/session'
import { fileStore } from '@oauth/store-file'
import type { RefreshPeer } from '../refresh-peer.ts'
import { ours } from './ours.ts'

/** In a file. */
export const peer: RefreshPeer = ours(async ({ folder }) => fileStore<TokenRecord>(join(folder, 'tokens.json')))
