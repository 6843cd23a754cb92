/** What a request demands of the login and asks consent for, over all extensions: the strictest wins. */

import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { ConsentItem, Demands } from '../contract/interaction.ts'
import type { InteractionRequest } from '../contract/requests.ts'
import type { Moments } from './moments.ts'
import { backchannelGrant, type Registry } from './registry.ts'

/** @throws OAuth2Error when two demands exclude each other */
export function demandsOf(registry: Registry, request: InteractionRequest): Demands {
  const all = momentsOfRequest(registry, request).demands.map((demands) => demands(request) ?? {})
  const [subject, another] = new Set(all.flatMap((one) => one.subject ?? []))
  if (another !== undefined) throw invalidRequest('the request demands two different end-users')
  const ages = all.flatMap(({ maxAge }) => maxAge ?? [])
  const lists = all.flatMap(({ acrValues }) => (acrValues ? [acrValues] : []))
  const acrValues = lists[0]?.filter((value) => lists.every((list) => list.includes(value)))
  if (lists.length > 1 && acrValues?.length === 0) {
    throw new OAuth2Error('unmet_authentication_requirements', 'no authentication context meets all that is demanded')
  }
  const prompt = [...new Set(all.flatMap((one) => one.prompt ?? []))]
  return { prompt, maxAge: ages.length > 0 ? Math.min(...ages) : undefined, subject, acrValues }
}

export function consentsOf(registry: Registry, request: InteractionRequest): readonly ConsentItem[] {
  return momentsOfRequest(registry, request).consents.flatMap((consents) => consents(request) ?? [])
}

/** What extensions do for the request. */
export function momentsOfRequest(registry: Registry, request: InteractionRequest): Moments {
  if (request.kind === 'backchannel') return backchannelGrant(registry, request.grantType).moments
  return registry.responseType(request.responseType.responseType)?.moments ?? registry.moments
}
