/** Why no validator knew a token, in words for the log. */

import { decodeUnverifiedJwt } from '@authlib/jose'
import { invalidToken, type ResourceError } from './bearer-errors.ts'
import type { TokenValidator } from './token-validator.ts'

/** Who the token says it is from. Nothing has verified it: for choosing a validator and for logs only. */
export function unverifiedIssuer(token: string): string | undefined {
  try {
    const issuer: unknown = decodeUnverifiedJwt(token).claims.iss // of whatever type: nothing has checked it
    return typeof issuer === 'string' ? issuer : undefined
  } catch {
    return undefined
  }
}

/** 401 whose `reason` names the issuer that was found and those that are accepted. */
export function unknownToken(token: string, validators: readonly Pick<TokenValidator, 'issuer'>[]): ResourceError {
  const accepted = validators.flatMap(({ issuer }) => (issuer === undefined ? [] : [JSON.stringify(issuer)]))
  const expected = accepted.length === 0 ? '' : `; the validators accept ${accepted.join(', ')}`
  const issuer = unverifiedIssuer(token)
  if (issuer === undefined) return invalidToken(`no validator knows the token, which is not a JWT${expected}`)
  const found = JSON.stringify(issuer.slice(0, 200)) // as JSON: control characters are escaped
  return invalidToken(`no validator knows the token: its issuer is ${found}${expected}`, {
    hint: 'Register a validator for this issuer, or let the client get its token from an accepted one.',
  })
}
