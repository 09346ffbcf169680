'use client'

import { useSyncExternalStore } from 'react'
import { LOADING, type UserSource, type UserState, userSource } from './user-state.js'

/** Options of {@link useUser}. */
export interface UserOptions {
  /** Where the route is, where the option `paths` of `oauth` has moved it: a path as browsers see it. `/auth/user` below `basePath` unless told. */
  readonly path?: string | undefined
}

/** Who is logged in, and the way to ask again. */
export interface User extends UserState {
  /** Asks again, as after something that changes the claims. Never rejects: `error` says what failed. */
  refresh(): Promise<void>
}

/** One for each path of a page's lifetime, in the browser alone: all components share it. */
const sources = new Map<string, UserSource>()

/**
 * Who is logged in. All components of a page share one request, which is sent again when the page is looked at again: somebody may have logged in
 * elsewhere. No token is in it.
 */
export function useUser({ path = defaultPath() }: UserOptions = {}): User {
  const source = sourceOf(path)
  const state = useSyncExternalStore(
    source.subscribe,
    () => source.state,
    () => LOADING,
  )
  return { ...state, refresh: source.refresh }
}

function sourceOf(path: string): UserSource {
  const known = sources.get(path)
  if (known !== undefined) return known
  const source = userSource(path)
  sources.set(path, source)
  return source
}

/** Next writes its `basePath` into what it builds for browsers. */
function defaultPath(): string {
  return `${process.env.__NEXT_ROUTER_BASEPATH ?? ''}/auth/user`
}
