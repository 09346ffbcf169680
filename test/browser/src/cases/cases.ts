import type { Site } from '../site.ts'
import { background } from './background.ts'
import type { Case } from './case.ts'
import { formPost } from './form-post.ts'
import { history } from './history.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { sessions } from './sessions.ts'
import { shortSessions } from './short-sessions.ts'

/** What holds at a place, whichever application it is. */
export function casesAt(place: Site['place']): readonly Case[] {
  if (place.lifetime !== undefined) return shortSessions
  return [...login, ...history, ...background, ...sessions, ...logout, ...(place.formPost ? formPost : [])]
}
