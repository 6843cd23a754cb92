/**
 * From the parameters that were sent to those that count: pushed requests, then request objects, whatever the order of
 * registration.
 *
 * @spec RFC 9126 §4
 * @spec RFC 9101 §5 §6
 */

import type { Params } from '@authlib/core'
import { invalidRequest } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { ResolvedRequest } from '../contract/extension.ts'
import type { Changes } from '../contract/plans.ts'
import type { Server } from '../contract/server.ts'
import { joinChanges } from '../records/changes.ts'
import type { Registry } from './registry.ts'

/** Parameters that count, and how they came. */
export interface Resolution {
  readonly params: Params
  readonly via: readonly string[]
  readonly changes?: Changes | undefined
  readonly authorizationId?: string | undefined
}

/** The first resolver that knows a reference decides. One that none knows stays: others refuse it. @throws OAuth2Error */
export async function resolveParams(
  server: Server,
  { moments }: Registry,
  client: Client,
  sent: Resolution,
): Promise<Resolution> {
  let resolution = sent
  for (const [name, resolvers] of [
    ['request_uri', moments.resolveRequestUri],
    ['request', moments.resolveRequestObject],
  ] as const) {
    const { params, via } = resolution
    const text = params.get(name)
    if (text === undefined) continue
    for (const resolve of resolvers) {
      const resolved = await resolve(text, { server, client, params, via })
      if (!resolved) continue
      resolution = joined(resolution, resolved)
      if (resolution.params.get('client_id') !== client.clientId)
        throw invalidRequest('client_id is not that of the request')
      if (resolution.params.has(name)) throw invalidRequest(`${name} may not refer to another ${name}`)
      break
    }
  }
  return resolution
}

function joined(
  before: Resolution,
  { params, via, changes, authorizationId = before.authorizationId }: ResolvedRequest,
): Resolution {
  return {
    params,
    via: [...new Set([...before.via, ...via])],
    changes: joinChanges(before.changes, changes),
    authorizationId,
  }
}
