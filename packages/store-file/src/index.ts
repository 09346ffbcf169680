export type { TokenStore } from '@oauth/core/session'
