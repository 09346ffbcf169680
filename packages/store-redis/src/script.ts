import { createHash } from 'node:crypto'
import { VERSION_LENGTH } from './stored.js'

/** A Lua script, and the name that the server keeps it under. */
export interface Script {
  readonly text: string
  readonly sha: string
}

/** `KEYS`: the key. Returns what is stored, and the time as seconds and microseconds; nil for an absent key. */
export const GET: Script = script(`
local stored = redis.call('GET', KEYS[1])
if not stored then return nil end
local time = redis.call('TIME')
return { stored, time[1], time[2] }
`)

/**
 * `KEYS`: the key. `ARGV`: what to store, milliseconds to live or '', the channel, and the expected version unless the key has to be absent.
 * Returns the time as seconds and microseconds; nil when the key was not as expected.
 *
 * A client that lost the connection may send a command again that the server has already done. The version is made for one write alone, so
 * one that is there is that write's own, and the answer is as the first would have been.
 */
export const COMPARE_AND_SET: Script = script(`
local stored = redis.call('GET', KEYS[1])
local version = stored and string.sub(stored, 1, ${VERSION_LENGTH}) or nil
if version ~= string.sub(ARGV[1], 1, ${VERSION_LENGTH}) then
  if version ~= ARGV[4] then return nil end
  if ARGV[2] == '' then redis.call('SET', KEYS[1], ARGV[1]) else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
  redis.pcall('PUBLISH', ARGV[3], '')
end
return redis.call('TIME')
`)

/** `KEYS`: the key. `ARGV`: the channel, and the version where it matters. Returns how many keys were deleted. */
export const DELETE: Script = script(`
local stored = redis.call('GET', KEYS[1])
if not stored then return 0 end
if ARGV[2] and string.sub(stored, 1, ${VERSION_LENGTH}) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[1], '')
return 1
`)

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
