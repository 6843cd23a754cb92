/**
 * From what a person decided to an authorization and its response.
 *
 * @spec RFC 6749 §4.1.2
 */

import type { HttpResponse } from '@authlib/core'
import { accessDenied, invalidRequest, OAuth2Error, serverError } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import { answeredAt, AuthorizationError } from '../authorization-error.ts'
import type { Authorization } from '../contract/authorization.ts'
import type { Approval, AuthorizationDecision } from '../contract/interaction.ts'
import type { AuthorizationPlan, BackchannelPlan, Changes } from '../contract/plans.ts'
import type { BackchannelRequest, InteractionRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { ANSWER_TIME, authorizationRecord, mergeData } from '../records/authorization.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import { sessionEnded, sessionSlot } from '../records/session.ts'
import { toOAuth2Error } from '../to-oauth2-error.ts'
import { consentsOf, momentsOfRequest } from './demands.ts'
import { reasonOf } from './errors.ts'
import { backchannelGrant, type Registry } from './registry.ts'
import { sendToClient } from './send-to-client.ts'

/** Stores what the person decided and answers the client. @throws AuthorizationError */
export function answerRequest(
  server: Server,
  registry: Registry,
  request: InteractionRequest,
  decision: AuthorizationDecision,
): Promise<HttpResponse> {
  return answeredAt(request, async () => {
    if (request.kind === 'authorization') return approveRequest(server, registry, request, decision)
    try {
      return await approveRequest(server, registry, request, decision)
    } catch (error) {
      return refuseBackchannel(server, registry, request, error)
    }
  })
}

async function approveRequest(
  server: Server,
  registry: Registry,
  request: InteractionRequest,
  decision: AuthorizationDecision,
): Promise<HttpResponse> {
  if ('denied' in decision) throw accessDenied()
  const scope = approvedScope(request, decision)
  if (decision.sessionId !== undefined && (await sessionEnded(server, decision.sessionId))) {
    throw new OAuth2Error('login_required', 'the session has ended')
  }
  const items = decision.items ?? consentsOf(registry, request)
  const now = server.clock()
  let authorization = authorizationOf(request, decision, scope, now)
  const changes: Changes[] = [request.changes]
  for (const authorizing of momentsOfRequest(registry, request).authorizing) {
    const added = await authorizing(request, authorization, items)
    if (!added) continue
    authorization = {
      ...authorization,
      data: mergeData(authorization.data, added.data),
      index: { ...authorization.index, ...added.index },
    }
    if (added.changes) changes.push(added.changes)
  }
  const plan = await planOf(registry, request, authorization)
  const stored: Authorization = {
    ...authorization,
    ...plan.update,
    data: mergeData(authorization.data, plan.update?.data),
    scope: plan.update?.scope ?? authorization.scope,
    expiresAt: plan.update?.expiresAt ?? authorization.expiresAt,
    status: plan.update?.status ?? authorization.status,
  }
  const answer: Changes = {
    expect: [{ kind: 'authorization', id: stored.id, revision: 0 }],
    put: [authorizationRecord(stored, 1)],
  }
  if (!(await server.store.commit(batchOf(stored.id, now, joinChanges(answer, ...changes, plan.changes))))) {
    throw new AuthorizationError(invalidRequest('this authorization request has been answered already'), null)
  }
  const { id: authorizationId, clientId, subject } = stored
  server.emit({ type: 'authorization.granted', at: now, authorizationId, clientId, subject, scope })
  if ('response' in plan || request.kind === 'backchannel') return (plan as BackchannelPlan).response // sound: see planOf
  return sendToClient(registry, request, plan.params)
}

function approvedScope(request: InteractionRequest, { scope = request.scope }: Approval): readonly string[] {
  if (!coversScope(request.scope, scope)) throw serverError('', { reason: 'approved scope was not requested' })
  if (scope.length === 0 && request.scope.length > 0) throw accessDenied('nothing was approved') // a response cannot say so
  return scope
}

function authorizationOf(
  request: InteractionRequest,
  { subject, authTime, acr, amr, sessionId }: Approval,
  scope: readonly string[],
  now: number,
): Authorization {
  return {
    id: request.authorizationId,
    revision: 0,
    status: 'pending',
    clientId: request.client.clientId,
    subject,
    scope,
    createdAt: now,
    expiresAt: now + ANSWER_TIME,
    authTime,
    acr,
    amr,
    index: sessionId === undefined ? undefined : { session: sessionId },
    data: sessionId === undefined ? {} : sessionSlot.write(sessionId),
  }
}

/** A response type answers the redirect, a grant without one answers the page. */
async function planOf(
  registry: Registry,
  request: InteractionRequest,
  authorization: Authorization,
): Promise<AuthorizationPlan | BackchannelPlan> {
  if (request.kind === 'authorization') return request.responseType.respond(request, authorization)
  return backchannelGrant(registry, request.grantType).backchannel.granted(request, authorization)
}

/** The device or the client that polls is told, and the person sees a page. A crash is told to nobody. */
async function refuseBackchannel(
  server: Server,
  registry: Registry,
  request: BackchannelRequest,
  error: unknown,
): Promise<HttpResponse> {
  const refused = toOAuth2Error(error)
  if (error instanceof AuthorizationError || refused.status >= 500) throw error
  const { response, changes } = await backchannelGrant(registry, request.grantType).backchannel.refused(
    request,
    refused,
  )
  const at = server.clock()
  if (changes) await server.store.commit(batchOf(request.authorizationId, at, changes))
  const { clientId } = request.client
  server.emit({ type: 'authorization.refused', at, clientId, error: refused.code, reason: reasonOf(refused) })
  return response
}
