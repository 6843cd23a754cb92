/** What ID Token and userinfo say together. Loaded by clients that ask for userinfo. */

import type { UserClaims } from '../claims.ts'

/** Claims that vouch for another one. */
const FLAGS = { email: 'email_verified', phone_number: 'phone_number_verified' }

/** Userinfo over the ID Token. A flag stays with the value that it is about: it vouches for no other one. */
export function joinProfile(ofToken: UserClaims, userinfo: UserClaims): UserClaims {
  const flags = Object.entries(FLAGS).map(([value, flag]) => {
    const source = userinfo[value] === undefined ? ofToken : userinfo
    const same = source[value] === ofToken[value]
    return [flag, source[flag] ?? (same ? ofToken[flag] : undefined)] as const
  })
  const joined = Object.entries({ ...ofToken, ...userinfo, ...Object.fromEntries(flags) })
  return { ...Object.fromEntries(joined.filter(([, value]) => value !== undefined)), sub: userinfo.sub }
}
