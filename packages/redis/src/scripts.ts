/** The scripts that Redis runs, each in one piece. A record is `revision \n expires at \n index as JSON \n data as JSON`. */

/** Puts a member on a list: into the set in the order of names, and into the one in the order of expiry. */
const LIST = `
local function list(members, expiries, member, expires, lifetime, gone)
  local left = redis.call('PTTL', members)
  redis.call('ZADD', members, 0, member)
  redis.call('ZADD', expiries, expires, member)
  for _, key in ipairs({ members, expiries }) do
    if lifetime == '' then redis.call('PERSIST', key)
    elseif left == -2 or (left >= 0 and left < tonumber(lifetime)) then redis.call('PEXPIRE', key, lifetime) end
  end
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', gone, 'LIMIT', 0, 8)) do
    redis.call('ZREM', members, old)
    redis.call('ZREM', expiries, old)
  end
end
`

const ARGUMENTS = `
local at = 1
local function arg() at = at + 1 return ARGV[at - 1] end
local function count() return tonumber(arg()) end
local function key() return KEYS[count()] end
`

/**
 * Arguments: now, the time before which list members are gone, expectations (key, revision), puts (key, value, lifetime),
 * removes (key), list entries (members, expiries, member, expires at, lifetime). A count stands before each of the four.
 */
export const COMMIT: string = `${ARGUMENTS}${LIST}
local now, gone = count(), arg()
for _ = 1, count() do
  local value, have = redis.call('GET', key()), 0
  if value then
    local revision, expires = string.match(value, '^(%d+)\\n(%-?%d+)\\n')
    if tonumber(expires) > now then have = tonumber(revision) end
  end
  if have ~= count() then return 0 end
end
for _ = 1, count() do
  local name = key()
  local value = arg()
  local lifetime = arg()
  if lifetime == '' then redis.call('SET', name, value) else redis.call('SET', name, value, 'PX', lifetime) end
end
for _ = 1, count() do redis.call('DEL', key()) end
for _ = 1, count() do
  local members = key()
  local expiries = key()
  local member = arg()
  local expires = arg()
  list(members, expiries, member, expires, arg(), gone)
end
return 1`

/** For a cluster, where a list is in another slot than its records. Arguments: the time before which members are gone, member, expires at, lifetime. */
export const ADD_TO_LIST: string = `${LIST}
list(KEYS[1], KEYS[2], ARGV[2], ARGV[3], ARGV[4], ARGV[1])
return 1`

/** Takes a member off a list unless its record is there again. Arguments: member, the index of a record that has the value. */
export const TAKE_OFF_LIST: string = `
local value = redis.call('GET', KEYS[3])
if value and string.find(value, ARGV[2], 1, true) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1`

/** Lets go of a lock, unless someone else holds it by now. Arguments: the holder. */
export const UNLOCK: string = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/** Holds a lock for longer. Arguments: the holder, milliseconds. */
export const EXTEND_LOCK: string = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`
