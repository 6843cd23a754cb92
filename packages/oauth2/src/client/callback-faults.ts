/**
 * What is wrong with a callback, in words. `callback` loads this file when it needs one: most logins go well. It imports
 * nothing, so that it stays a file of its own in a bundle.
 */

import type { FaultWords } from './errors.ts'

/** What is wrong with a callback. */
export type CallbackFault =
  | 'another client'
  | 'another issuer'
  | 'another state'
  | 'missing issuer'
  | 'repeated parameter'
  | 'code and error'
  | 'neither code nor error'

/** `error` is what the callback says besides. */
export function aboutCallback(fault: CallbackFault, error?: string): FaultWords {
  switch (fault) {
    case 'another client':
      return foreignLogin('another client began this login')
    case 'another issuer':
      return foreignLogin('this login began at another issuer')
    case 'another state':
      return foreignLogin('the state is another one')
    case 'missing issuer':
      return {
        code: 'missing_issuer',
        message: 'The callback does not say which issuer it is from',
        status: 400,
        reason: error === undefined ? undefined : `its error is ${error}`,
        hint: 'The metadata of the server promises `iss` in each response. The server left it out, or a proxy removed it.',
      }
    case 'repeated parameter':
      return invalidCallback('a parameter came twice')
    case 'code and error':
      return invalidCallback('it has a code and an error')
    case 'neither code nor error':
      return invalidCallback('it has no code')
  }
}

function foreignLogin(reason: string): FaultWords {
  return {
    code: 'mismatching_state',
    message: 'This callback belongs to another login',
    status: 400,
    reason,
    hint: 'Keep what `createAuthorization` returned for each login apart, and bring it back by its state.',
  }
}

function invalidCallback(reason: string): FaultWords {
  return { code: 'invalid_callback', message: 'The callback is not a valid answer', status: 400, reason }
}
