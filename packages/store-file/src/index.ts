/**
 * Tokens and sessions in one file, for command line tools and agents.
 *
 * @module
 */
export type { Store, StoreEntry, StoreReceipt, TokenRecord, TokenStore } from '@oauth/core/session'
export { fileStore } from './file-store.js'
