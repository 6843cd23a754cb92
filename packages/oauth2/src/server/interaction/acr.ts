/**
 * Authentication contexts that a request asks for.
 *
 * @spec OpenID Connect Core 1.0 §3.1.2.1
 * @spec OpenID Connect Registration 1.0 §2
 */

import { memberTypes, clientMember } from '../contract/client-member.ts'
import type { InteractionRequest } from '../contract/requests.ts'

const defaultAcrValues = clientMember('default_acr_values', memberTypes.strings)

/**
 * What a login page should try for, the best first: what is demanded, or else `acr_values` of the request, or else the
 * `default_acr_values` of the client. Empty when all are equally good.
 *
 * @example
 * const strong = wantedAcrValues(pending.request).includes('mfa')
 */
export function wantedAcrValues(request: InteractionRequest): readonly string[] {
  const demanded = request.server.requests.demands(request).acrValues
  const asked = request.params.get('acr_values')?.split(' ')
  return demanded ?? asked ?? defaultAcrValues.read(request.client) ?? []
}
