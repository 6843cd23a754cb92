/** Ids that come from outside and become names in the store, where each has at most 255 bytes. */

import { AuthlibError } from '@authlib/core'
import { isStorable } from '@authlib/core/kit'

/** Characters of a `client_id` at most: they are ASCII, and the names they become have prefixes. */
export const MAX_CLIENT_ID = 200

/** @throws AuthlibError `invalid_subject`, which is a mistake of the application */
export function assertSubject(subject: string): void {
  if (typeof subject === 'string' && isStorable(subject)) return
  throw new AuthlibError('invalid_subject', 'A subject must be a non-empty string of at most 255 bytes without NUL', {
    hint: 'Use the stable id of the account as the subject, or a hash of a longer one (OpenID Connect Core §2).',
  })
}
