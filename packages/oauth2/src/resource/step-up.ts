/**
 * Operations that need a recent or a strong login.
 *
 * @spec RFC 9470 §3 §4
 */

import { insufficientAuthentication, type AuthenticationDemand } from './bearer-errors.ts'
import type { ResourceToken } from './resource-token.ts'
import type { Requirement } from './scope-requirement.ts'

/**
 * What a requirement demands of the login; undefined when nothing.
 *
 * @throws TypeError for a list without values, or an age that is not a number of seconds
 */
export function authenticationDemand(requirement: Requirement | undefined): AuthenticationDemand | undefined {
  if (typeof requirement !== 'object' || Array.isArray(requirement)) return undefined
  const { acrValues, maxAge } = requirement as AuthenticationDemand // sound: neither a string nor an array
  if (acrValues === undefined && maxAge === undefined) return undefined
  if (
    acrValues !== undefined &&
    !(acrValues.length > 0 && acrValues.every((acr) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(acr)))
  ) {
    throw new TypeError('acrValues is a list of one or more values without spaces')
  }
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 0)) {
    throw new TypeError('maxAge is a whole number of seconds')
  }
  return { acrValues, maxAge }
}

/** @throws ResourceError `insufficient_user_authentication` */
export function checkAuthentication({ claims }: ResourceToken, demand: AuthenticationDemand, now: number): void {
  const { acrValues, maxAge } = demand
  const { acr, auth_time: authTime } = claims
  if (acrValues !== undefined && !(typeof acr === 'string' && acrValues.includes(acr))) {
    throw insufficientAuthentication(demand, 'acr is not one of the required values')
  }
  if (maxAge !== undefined && !(typeof authTime === 'number' && now - authTime <= maxAge)) {
    throw insufficientAuthentication(demand, 'auth_time is missing or too long ago')
  }
}
