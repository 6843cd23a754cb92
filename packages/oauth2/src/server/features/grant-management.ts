/**
 * Grant management: a client refers to what a person has approved by an id, asks for more or for something else, looks at
 * it and ends it.
 *
 * @spec Grant Management for OAuth 2.0
 */

import { randomToken, type Json, type JsonObject } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { Authorization, Slot } from '../contract/authorization.ts'
import { isPublicClient } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { Delivery, Feature } from '../contract/registrable.ts'
import type { InteractionRequest } from '../contract/requests.ts'
import { slot } from '../records/authorization.ts'
import { deliveryRecord } from '../records/deliveries.ts'
import { grantEndpoint, type GrantEndpointOptions } from './grant-endpoint.ts'
import { findGrants, grantIdSlot, grantTag } from './grant-record.ts'
import { baseOf, reserveGrant } from './grant-succession.ts'

/** What may be done with a grant. */
export type GrantManagementAction = 'create' | 'merge' | 'replace' | 'query' | 'revoke'

export interface GrantManagementOptions extends GrantEndpointOptions {
  /** Default: all. */
  readonly actions?: readonly GrantManagementAction[] | undefined
  /** Refuses authorization requests without `grant_management_action`. Default false. */
  readonly required?: boolean | undefined
}

const ACTIONS: readonly GrantManagementAction[] = ['create', 'merge', 'replace', 'query', 'revoke']

type Wanted = { readonly action: string; readonly grantId: string }

/** What the request asks for. */
const wantedSlot: Slot<Wanted> = slot<Wanted>('grantManagement')

const REPLACE = 'grant_replaced'

const OPTIONS: Readonly<Record<keyof GrantManagementOptions, true>> = {
  actions: true,
  required: true,
  describe: true,
}

/**
 * Adds `grant_id` and `grant_management_action` to authorization requests, and an API at `/grants/:id`, for confidential
 * clients. An access token for the API needs the scope `grant_management_query` or `grant_management_revoke`. The
 * specification is a draft.
 *
 * A grant that is merged or replaced keeps its id; its tokens end when the client redeems the new code. Of several codes
 * for one grant the first that is redeemed goes on, and the others are refused with `invalid_grant`: the person approved
 * them for a grant that is no more.
 *
 * @example
 * server.register(grantManagement())
 */
export function grantManagement(options: GrantManagementOptions = {}): Feature {
  refuseUnknownOptions('grantManagement', options, OPTIONS)
  const { actions = ACTIONS, required = false } = options
  const hasApi = actions.includes('query') || actions.includes('revoke')
  return {
    kind: 'feature',
    name: 'grant_management',
    settings: { actions, required },
    metadata: {
      grant_management_actions_supported: actions,
      ...(required && { grant_management_action_required: true }),
    },
    includes: [extension(actions, required), replaced, ...(hasApi ? [grantEndpoint(actions, options)] : [])],
  }
}

function extension(actions: readonly GrantManagementAction[], required: boolean): Extension {
  return {
    kind: 'extension',
    name: 'grant_management',

    async validateAuthorizationRequest(request) {
      const wanted = readWanted(request, actions, required)
      if (!wanted) return undefined
      const { grantId } = wanted
      if (wanted.action !== 'create' && (await findGrants(request.server, request.client, grantId)).length === 0) {
        throw invalidGrantId('no live grant of this client')
      }
      return wantedSlot.write(wanted)
    },

    async authorizing(request, { subject }) {
      const wanted = wantedSlot.read(request)
      if (!wanted) return undefined
      const { server, client } = request
      // Derived for a new one: who answers twice gets the same grant.
      if (wanted.action === 'create')
        return keptAs((await server.mac('grant_id').sign(request.authorizationId)).slice(0, 22))
      const { grantId } = wanted
      const earlier = await findGrants(server, client, grantId)
      const own = earlier.filter((one) => one.subject === subject)
      if (own.length === 0 || own.length < earlier.length) throw invalidGrantId('the grant of another end-user')
      const kept = keptAs(grantId, await baseOf(earlier))
      if (wanted.action === 'replace') return kept
      return { ...kept, amend: (authorization) => merged(authorization, own) }
    },

    async tokenResponse({ plan }, { server }) {
      const { authorization } = plan
      const grantId = grantIdSlot.read(authorization)
      if (grantId === undefined) return undefined
      const params = { grant_id: grantId }
      if (authorization.status !== 'pending') return { params }
      const earlier = await reserveGrant(server, authorization, grantId)
      if (earlier.length === 0) return { params }
      const delivery = deliveryRecord(server, { name: REPLACE, partition: authorization.id, data: { earlier } })
      return { params, changes: { put: [delivery] } }
    },
  }
}

function keptAs(grantId: string, base: JsonObject = {}): { data: JsonObject; index: { tag: string } } {
  return { data: { ...grantIdSlot.write(grantId), ...base }, index: { tag: grantTag(grantId) } }
}

/** @throws OAuth2Error `invalid_request` */
function readWanted(
  { params, client, server }: InteractionRequest,
  actions: readonly string[],
  required: boolean,
): Wanted | undefined {
  const action = params.get('grant_management_action')
  const grantId = params.get('grant_id')
  if (action === undefined) {
    if (grantId !== undefined) throw invalidRequest('grant_id without grant_management_action')
    if (required) throw invalidRequest('grant_management_action is missing')
    return undefined
  }
  if (isPublicClient(client)) throw invalidRequest('a public client cannot manage grants')
  if (!['create', 'merge', 'replace'].includes(action) || !actions.includes(action)) {
    throw invalidRequest('grant_management_action is not supported')
  }
  if (action !== 'create') {
    if (grantId === undefined) throw invalidRequest('grant_id is missing')
    return { action, grantId }
  }
  if (grantId !== undefined) throw invalidRequest('grant_id with grant_management_action=create')
  return { action, grantId: randomToken(server.random, 16) }
}

/** Scope and lists, such as `authorization_details`, are joined; what else is kept is of the new request. */
function merged(
  authorization: Authorization,
  earlier: readonly Authorization[],
): { scope: readonly string[]; data: JsonObject } {
  const all = [...earlier, authorization]
  const names = new Set(all.flatMap(({ data }) => Object.keys(data)))
  const data: Record<string, Json> = {}
  for (const name of names) {
    const lists = all.map((one) => one.data[name]).filter((value) => value !== undefined)
    if (lists.length > 0 && lists.every((value) => Array.isArray(value))) data[name] = distinct(lists.flat() as Json[]) // sound: JSON
  }
  return { scope: [...new Set(all.flatMap(({ scope }) => scope))], data }
}

function distinct(values: readonly Json[]): Json[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

/** Ends what a grant was before, once the client has the new tokens. */
const replaced: Delivery = {
  kind: 'delivery',
  name: REPLACE,
  async deliver({ earlier }, server) {
    for (const authorizationId of (earlier ?? []) as readonly string[]) {
      // sound: the token response wrote it
      await server.authorizations.revoke({ authorizationId }, 'revocation')
    }
    return true
  },
}

function invalidGrantId(reason: string): OAuth2Error {
  return new OAuth2Error('invalid_grant_id', '', { reason })
}
