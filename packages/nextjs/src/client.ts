'use client'

/**
 * The person who is logged in, for client components.
 *
 * @module
 */

export type { UserClaims } from '@oauth/core/routes'
export { type User, type UserOptions, useUser } from './use-user.js'
