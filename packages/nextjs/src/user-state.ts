import type { UserClaims } from '@oauth/core/routes'

/** What is known of the person who is logged in. */
export interface UserState {
  /** Claims of the last login; `undefined` while they are loaded, and when nobody is logged in. */
  readonly user: UserClaims | undefined
  /** Whether nothing is known yet. */
  readonly isLoading: boolean
  /** Why it is not known: the request failed. What was known before stays. */
  readonly error: Error | undefined
}

/** Where components of a page learn who is logged in: one request for all of them. */
export interface UserSource {
  readonly state: UserState
  /** Calls when the state has changed; gives what ends that. The first who subscribes has it loaded. */
  subscribe(changed: () => void): () => void
  /** Asks again. Where a request is under way it is asked once more after that, which may have been sent before what has changed. */
  refresh(): Promise<void>
}

/** Before anything is known, on the server included. */
export const LOADING: UserState = { user: undefined, isLoading: true, error: undefined }

/** Makes the source of a page, that asks the route at `path`. */
export function userSource(path: string): UserSource {
  const listeners = new Set<() => void>()
  let state = LOADING
  let pending: Promise<void> | undefined
  let following: Promise<void> | undefined

  function become(next: UserState): void {
    state = next
    for (const listener of listeners) listener()
  }

  async function load(): Promise<void> {
    try {
      const user = await fetchUser(path)
      become({ user, isLoading: false, error: undefined })
    } catch (error) {
      become({ user: state.user, isLoading: false, error: error instanceof Error ? error : new Error(String(error)) })
    }
  }

  /** Those who ask at the same time share one request. */
  function ask(): Promise<void> {
    pending ??= load().finally(() => {
      pending = undefined
    })
    return pending
  }

  function refresh(): Promise<void> {
    if (pending === undefined) return ask()
    following ??= pending.then(() => {
      following = undefined
      return ask()
    })
    return following
  }

  /** Somebody may have logged in or out in another tab or window. */
  function shown(): void {
    if (document.visibilityState === 'visible') void ask()
  }

  return {
    get state() {
      return state
    },
    subscribe(changed) {
      if (listeners.size === 0) {
        window.addEventListener('focus', shown)
        document.addEventListener('visibilitychange', shown)
        void ask()
      }
      listeners.add(changed)
      return () => {
        listeners.delete(changed)
        if (listeners.size > 0) return
        window.removeEventListener('focus', shown)
        document.removeEventListener('visibilitychange', shown)
      }
    },
    refresh,
  }
}

/** The claims that the route gives; `undefined` when nobody is logged in. @throws {@link Error} when it does not say. */
async function fetchUser(path: string): Promise<UserClaims | undefined> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, credentials: 'same-origin', cache: 'no-store' })
  if (response.status === 401) return undefined
  if (!response.ok) throw new Error(`${path} answered with status ${response.status}.`)
  const claims: unknown = await response.json()
  if (typeof claims !== 'object' || claims === null) throw new Error(`${path} answered with something else than claims.`)
  return claims as UserClaims
}
