/** What a request demands of the login and asks consent for, over all extensions: the strictest wins. */

import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { ConsentItem, Demands } from '../contract/interaction.ts'
import type { InteractionRequest } from '../contract/requests.ts'
import type { Moments } from './moments.ts'
import { backchannelGrant, type Registry } from './registry.ts'

/** @throws OAuth2Error when two demands exclude each other */
export function demandsOf(registry: Registry, request: InteractionRequest): Demands {
  let joined: Demands = {}
  for (const demands of momentsOfRequest(registry, request).demands) joined = join(joined, demands(request) ?? {})
  return joined
}

export function consentsOf(registry: Registry, request: InteractionRequest): readonly ConsentItem[] {
  return momentsOfRequest(registry, request).consents.flatMap((consents) => [...(consents(request) ?? [])])
}

/** What extensions do for the request. */
export function momentsOfRequest(registry: Registry, request: InteractionRequest): Moments {
  if (request.kind === 'backchannel') return backchannelGrant(registry, request.grantType).moments
  return registry.responseType(request.responseType.responseType)?.moments ?? registry.moments
}

function join(one: Demands, other: Demands): Demands {
  return {
    prompt: [...new Set([...(one.prompt ?? []), ...(other.prompt ?? [])])],
    maxAge: least(one.maxAge, other.maxAge),
    subject: theSame(one.subject, other.subject),
    acrValues: common(one.acrValues, other.acrValues),
  }
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}

function theSame(one: string | undefined, other: string | undefined): string | undefined {
  if (one !== undefined && other !== undefined && one !== other) {
    throw invalidRequest('the request demands two different end-users')
  }
  return one ?? other
}

function common(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const both = one.filter((value) => other.includes(value))
  if (both.length > 0) return both
  throw new OAuth2Error('unmet_authentication_requirements', 'no authentication context meets all that is demanded')
}
