/**
 * Why a login cannot begin or end, in words. `login-cookies` loads this file when it needs one: most logins go well.
 * It imports nothing, so that it stays a file of its own in a bundle.
 */

import type { ErrorCode } from './error-codes.ts'
import type { AuthlibErrorOptions } from './errors.ts'

interface FaultWords extends AuthlibErrorOptions {
  readonly code: ErrorCode
  readonly message: string
}

/** What is wrong, and with how much of it. */
export type LoginFault =
  | { readonly name: 'used' | 'unnamed' | 'unreadable' | 'foreign' | 'too large' }
  | { readonly name: 'expired'; readonly lifetime: number }
  | { readonly name: 'not found'; readonly client: string; readonly others: number; readonly maxLogins: number }

export function wordsFor(fault: LoginFault): FaultWords {
  switch (fault.name) {
    case 'used':
      return {
        code: 'login_used',
        message: 'This login is finished already',
        status: 400,
        hint: 'The callback was loaded twice: a reload, the back button, or a prefetch. Send the browser on instead.',
      }
    case 'expired':
      return {
        code: 'login_expired',
        message: 'The login took too long',
        status: 400,
        hint: `A login must come back within ${fault.lifetime} seconds. Offer to start again.`,
      }
    case 'too large':
      return {
        code: 'login_too_large',
        message: 'The login does not fit into a cookie',
        hint: 'Keep `data` below 2 kB, or keep logins in a store: `logins: storedLogins(store, { secrets })`.',
      }
    case 'unnamed':
      return mismatch('The callback names no login.', 'It was opened by hand, or is not from the provider.')
    case 'unreadable':
      return mismatch(
        'The login cookie cannot be opened.',
        'Its secret is no longer among `secrets`, or something changed it.',
      )
    case 'foreign':
      return mismatch('The login belongs to another client.', 'Give every client a redirect URI of its own.')
    case 'not found':
      return mismatch(
        `No login of '${fault.client}' with this state is waiting; ${fault.others} others are.`,
        fault.others === 0
          ? 'The browser brought no login cookie: the login began on another host name or in another browser, cookies are ' +
              'blocked or were not set on the redirect, or it is older than ten minutes.'
          : `The login began in another browser, or more than ${fault.maxLogins} were begun after it.`,
      )
  }
}

function mismatch(reason: string, hint: string): FaultWords {
  return {
    code: 'mismatching_state',
    message: 'No login in this browser matches this callback',
    status: 400,
    reason,
    hint,
  }
}
