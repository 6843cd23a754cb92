/** Errors that say who did not answer. */

import { AuthlibError } from '@authlib/core'

/** The same error with the place and its host in the reason: a log then says which request failed. */
export function namingPlace(error: unknown, name: string, url: string): unknown {
  if (!(error instanceof AuthlibError) || !URL.canParse(url)) return error
  const { code, message, reason, ...options } = error
  const place = `${name} at ${new URL(url).host}`
  return new AuthlibError(code, message, {
    ...options,
    reason: reason === undefined ? place : `${place}: ${reason}`,
    cause: error,
  })
}
