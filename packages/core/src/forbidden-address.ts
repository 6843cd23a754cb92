/** What is answered for a host that must not be called. */

import { AuthlibError } from './errors.ts'

export function forbiddenAddress(): AuthlibError {
  return new AuthlibError('forbidden_address', 'The host does not have a public address', { status: 400 })
}
