/**
 * From the parameters that were sent to those that count: pushed requests, then request objects, whatever the order of
 * registration.
 *
 * @spec RFC 9126 §4
 * @spec RFC 9101 §5 §6
 */

import type { Awaitable, Params } from '@authlib/core'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import { AuthorizationError } from '../authorization-error.ts'
import type { Client } from '../contract/client.ts'
import type { ResolvedRequest, UnresolvedRequest } from '../contract/extension.ts'
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

/** `pushed` parameters may not refer to others. @throws AuthorizationError without a target */
export async function resolveParams(
  server: Server,
  registry: Registry,
  client: Client,
  sent: Resolution,
): Promise<Resolution> {
  const { resolveRequestUri, resolveRequestObject } = registry.moments
  try {
    const referred = await resolveOne('request_uri', resolveRequestUri, server, client, sent)
    return await resolveOne('request', resolveRequestObject, server, client, referred)
  } catch (error) {
    throw error instanceof OAuth2Error ? new AuthorizationError(error, null) : error
  }
}

type Resolver = (text: string, source: UnresolvedRequest) => Awaitable<ResolvedRequest | void>

/** The first resolver that knows the text decides. A parameter that none knows stays: others refuse it. */
async function resolveOne(
  name: 'request_uri' | 'request',
  resolvers: readonly Resolver[],
  server: Server,
  client: Client,
  source: Resolution,
): Promise<Resolution> {
  const text = source.params.get(name)
  if (text === undefined) return source
  for (const resolve of resolvers) {
    const resolved = await resolve(text, { server, client, params: source.params, via: source.via })
    if (!resolved) continue
    const { params, via, changes, authorizationId = source.authorizationId } = resolved
    if (params.get('client_id') !== client.clientId) throw invalidRequest('client_id is not that of the request')
    if (params.has(name)) throw invalidRequest(`${name} may not refer to another ${name}`)
    return {
      params,
      via: [...new Set([...source.via, ...via])],
      changes: joinChanges(source.changes, changes),
      authorizationId,
    }
  }
  return source
}
