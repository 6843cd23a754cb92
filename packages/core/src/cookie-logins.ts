/** Logins whole in their cookies, sealed: nothing is stored on the server. */

import type { Clock } from './clock.ts'
import { decodeUtf8 } from './encoding.ts'
import { loginCookies } from './login-cookies.ts'
import type { LoginStates } from './login-state.ts'
import type { Random } from './random.ts'
import { createSealer } from './seal.ts'

export interface CookieLoginsOptions {
  readonly secrets: readonly string[]
  readonly clock: Clock
  readonly random: Random
}

/** The value of a cookie is bound to its name as AEAD context. */
export function cookieLogins({ secrets, clock, random }: CookieLoginsOptions): LoginStates {
  const sealer = createSealer({ secrets, label: 'login state', random })
  return loginCookies(
    {
      keep: (text, name) => sealer.seal(text, name),
      async take(value, name) {
        const opened = await sealer.open(value, name)
        return opened === null ? null : { text: decodeUtf8(opened) }
      },
    },
    clock,
  )
}
