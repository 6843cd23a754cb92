/**
 * The token endpoint's way from a request to a response: read, authenticate, plan, commit once, answer.
 *
 * @spec RFC 6749 §3.2 §5.1
 */

import { jsonResponse, type HttpRequest, type HttpResponse } from '@authlib/core'
import { formText, isPromise } from '@authlib/core/kit'
import {
  invalidRequest,
  OAuth2Error,
  temporarilyUnavailable,
  unauthorizedClient,
  unsupportedGrantType,
} from '../../errors.ts'
import type { Authorization, AuthorizationUpdate } from '../contract/authorization.ts'
import type { Changes, IssuePlan, RefusePlan } from '../contract/plans.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { limited, refusedWith } from '../rate-limit.ts'
import { authorizationChanges, partitionOf } from '../records/authorization.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import { endingOf, revokeAuthorizations } from './authorizations.ts'
import { authenticateClient } from './client-authentication.ts'
import { clientParams, received } from './client-request.ts'
import { deliverSoon } from './deliver-soon.ts'
import { reasonOf } from './errors.ts'
import { issueToken, updateFor } from './issue.ts'
import type { RegisteredGrant, Registry } from './registry.ts'

/** A lost commit means someone else wrote first: read again and decide again, this often. */
const ATTEMPTS = 5

const ENDPOINT = 'token'

/** @throws OAuth2Error */
export async function createTokenResponse(
  server: Server,
  registry: Registry,
  http: HttpRequest,
): Promise<HttpResponse> {
  let clientId: string | undefined
  let grantType: string | undefined
  try {
    const params = clientParams(await formText(http))
    clientId = params.get('client_id')
    grantType = params.get('grant_type')
    const registered = grantType === undefined ? undefined : registry.grant(grantType)
    const grant = registered?.grant
    const client = await authenticateClient(server, registry, { http, params, endpoint: ENDPOINT, grant })
    clientId = client.clientId
    if (grantType === undefined) throw invalidRequest('grant_type is missing')
    if (!registered) throw unsupportedGrantType()
    if (!client.grantTypes.includes(grantType)) throw unauthorizedClient('the client may not use this grant_type')
    const request: TokenRequest = {
      kind: 'token',
      endpoint: ENDPOINT,
      server,
      http,
      client,
      params,
      grantType,
      now: server.clock(),
      data: {},
    }
    const { moments } = registered
    const run = (): Promise<HttpResponse> =>
      moments.receiveClientRequest.length === 0
        ? answer(registry, registered, request)
        : received(moments, request).then((changed) => answer(registry, registered, changed))
    return await limited(server, { kind: 'grant', endpoint: ENDPOINT, clientId, grantType, http }, isWrong, run)
  } catch (error) {
    if (error instanceof OAuth2Error) {
      const at = server.clock()
      server.emit({ type: 'token.refused', at, clientId, grantType, error: error.code, reason: reasonOf(error) })
    }
    throw error
  }
}

const isWrong = refusedWith('invalid_grant')

/** Free of side effects until its commit, because it is repeated when that is lost. */
async function answer(
  registry: Registry,
  registered: RegisteredGrant,
  request: TokenRequest,
  attempt: number = 1,
): Promise<HttpResponse> {
  const { grant, moments } = registered
  const planned = grant.exchange(request)
  const plan = isPromise(planned) ? await planned : planned
  if (plan.authorization === undefined) return refusePoll(request, plan)
  const { authorization } = plan
  try {
    for (const validate of moments.validateTokenRequest) {
      const validating = validate(request, authorization)
      if (isPromise(validating)) await validating
    }
  } catch (error) {
    // Only a wrong proof uses the grant up: a typing mistake elsewhere does not, and a crash never does.
    if (error instanceof OAuth2Error && error.code === 'invalid_grant' && plan.ifInvalid)
      await commit(request, authorization, undefined, plan.ifInvalid)
    throw error
  }
  if (plan.refuse) return refuse(registry, request, plan, plan.refuse)

  const issuing = issueToken(registry, moments, request, plan)
  const { draft, minted, params, headers, changes, updates } = isPromise(issuing) ? await issuing : issuing
  const update = updateFor(authorization, draft, minted, updates)
  if (!(await commit(request, authorization, update, ...changes))) {
    if (attempt === ATTEMPTS) throw temporarilyUnavailable()
    return answer(registry, registered, request, attempt + 1)
  }
  deliverSoon(request.server, ...changes)
  request.server.emit({
    type: 'token.issued',
    at: request.now,
    authorizationId: authorization.id,
    clientId: request.client.clientId,
    subject: authorization.subject,
    grantType: request.grantType,
    scope: draft.scope,
  })
  return jsonResponse(200, params, headers)
}

/** Bookkeeping that is lost, as of polls that come at once, is not worth a retry. */
async function refusePoll({ server, now }: TokenRequest, { partition, changes, refuse }: RefusePlan): Promise<never> {
  if (changes) await server.store.commit(batchOf(partition, now, joinChanges(changes)))
  throw refuse
}

async function refuse(registry: Registry, request: TokenRequest, plan: IssuePlan, error: OAuth2Error): Promise<never> {
  const { server, now } = request
  const { id: authorizationId, clientId, subject } = plan.authorization
  const ends = plan.update?.status === 'revoked'
  const ending = ends ? await endingOf(server, registry, plan.authorization, 'replay') : undefined
  const written = await commit(request, plan.authorization, plan.update, plan.changes, ending)
  if (written) deliverSoon(server, plan.changes, ending)
  if (ends) {
    if (written)
      server.emit({ type: 'authorization.revoked', at: now, authorizationId, clientId, subject, cause: 'replay' })
    // Someone else wrote first, such as a refresh: the replay is known all the same. Lost bookkeeping is not worth a retry.
    else await revokeAuthorizations(server, registry, { authorizationId }, 'replay')
  }
  throw error
}

/** The one write of a token request. */
function commit(
  { server, now }: TokenRequest,
  authorization: Authorization,
  update: AuthorizationUpdate | undefined,
  ...changes: readonly (Changes | undefined)[]
): Promise<boolean> {
  const own = update === undefined ? undefined : authorizationChanges(authorization, update)
  return server.store.commit(batchOf(partitionOf(authorization.id), now, joinChanges(own, ...changes)))
}
