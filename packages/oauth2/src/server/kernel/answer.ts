/**
 * From what a person decided to an authorization and its response.
 *
 * @spec RFC 6749 §4.1.2
 */

import type { HttpHeader, HttpResponse } from '@authlib/core'
import { accessDenied, invalidRequest, OAuth2Error, serverError } from '../../errors.ts'
import { coversScope, formatScope } from '../../scope.ts'
import { answeredAt, AuthorizationError } from '../authorization-error.ts'
import { authorizationAnswered, type AnsweredAuthorization } from '../contract/answer-moments.ts'
import type { Authorization } from '../contract/authorization.ts'
import type { Approval, AuthorizationDecision } from '../contract/interaction.ts'
import type { AuthorizationChange, AuthorizationPlan, BackchannelPlan, Changes } from '../contract/plans.ts'
import type { BackchannelRequest, InteractionRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import {
  ANSWER_TIME,
  AUTHORIZATION_KIND,
  authorizationRecord,
  mergeData,
  readAuthorization,
} from '../records/authorization.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import { sessionEnded, sessionSlot } from '../records/session.ts'
import { reasonOf } from '../refusals.ts'
import { toOAuth2Error } from '../to-oauth2-error.ts'
import { deliverSoon } from './deliver-soon.ts'
import { consentsOf, momentsOfRequest } from './demands.ts'
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
  if ('denied' in decision) return denyRequest(server, request)
  const scope = approvedScope(request, decision)
  const now = server.clock()
  await requireSession(server, decision, now)
  const items = decision.items ?? consentsOf(registry, request)
  let authorization = authorizationOf(request, decision, scope, now)
  const changes: Changes[] = [request.changes]
  const amendments: NonNullable<AuthorizationChange['amend']>[] = []
  for (const authorizing of momentsOfRequest(registry, request).authorizing) {
    const added = await authorizing(request, authorization, items)
    if (!added) continue
    authorization = {
      ...authorization,
      data: mergeData(authorization.data, added.data),
      index: { ...authorization.index, ...added.index },
    }
    if (added.changes) changes.push(added.changes)
    if (added.amend) amendments.push(added.amend)
  }
  for (const amend of amendments) {
    const { scope: amended = authorization.scope, data } = amend(authorization)
    authorization = { ...authorization, scope: amended, data: { ...authorization.data, ...data } }
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
  const answer = answerOf(stored)
  if (await server.store.commit(batchOf(stored.id, now, joinChanges(answer, ...changes, plan.changes)))) {
    const { id: authorizationId, clientId, subject } = stored
    server.emit({ type: 'authorization.granted', at: now, authorizationId, clientId, subject, scope })
    deliverSoon(server, ...changes, plan.changes)
  } else {
    const repeatable = request.kind === 'backchannel' || request.responseType.repeatable === true
    if (!repeatable || !(await wasAnsweredAlike(server, stored))) throw answeredAlready()
  }
  if ('response' in plan || request.kind === 'backchannel') return (plan as BackchannelPlan).response // sound: see planOf
  return answerClient(server, registry, { request, authorization: stored }, plan.params)
}

async function answerClient(
  server: Server,
  registry: Registry,
  answered: AnsweredAuthorization,
  params: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const all: Record<string, string> = { ...params }
  const headers: HttpHeader[] = []
  for (const add of server.handlers(authorizationAnswered)) {
    const added = await add(answered)
    Object.assign(all, added?.params)
    headers.push(...(added?.headers ?? []))
  }
  const response = await sendToClient(registry, answered.request, all)
  return headers.length === 0 ? response : { ...response, headers: [...response.headers, ...headers] }
}

/** Written like an answer, so that the same page cannot be approved afterwards. @throws OAuth2Error `access_denied` */
async function denyRequest(server: Server, request: InteractionRequest): Promise<never> {
  const now = server.clock()
  const denial = denialOf(request, now)
  const answer = answerOf(denial)
  if (
    request.kind === 'authorization' && // of a back-channel request the grant writes it too
    !(await server.store.commit(batchOf(denial.id, now, joinChanges(answer, request.changes)))) &&
    !(await wasAnsweredAlike(server, denial))
  ) {
    throw answeredAlready()
  }
  throw accessDenied()
}

/** The session was alive when it was read, if that was for this request. @throws OAuth2Error `login_required` */
async function requireSession(server: Server, { sessionId, checkedAt }: Approval, now: number): Promise<void> {
  if (sessionId === undefined || checkedAt === now) return
  if (await sessionEnded(server, sessionId)) throw new OAuth2Error('login_required', 'the session has ended')
}

/**
 * A double click, or Back and the same button again: the person is sent on as the first time. Everything that is stored
 * of the answer must be the same.
 */
async function wasAnsweredAlike(server: Server, answer: Authorization): Promise<boolean> {
  const [record] = await server.store.get(answer.id, [[AUTHORIZATION_KIND, answer.id]])
  const before = readAuthorization(record, server.clock())
  if (!before) return false
  const { clientId, subject, scope, authTime } = answer
  const isSame = (name: string): boolean => JSON.stringify(before.data[name]) === JSON.stringify(answer.data[name])
  return (
    (before.status === 'revoked') === (answer.status === 'revoked') &&
    before.clientId === clientId &&
    before.subject === subject &&
    before.authTime === authTime &&
    formatScope(before.scope) === formatScope(scope) &&
    Object.keys(answer.data).every(isSame)
  )
}

function answeredAlready(): AuthorizationError {
  return new AuthorizationError(invalidRequest('this authorization request has been answered already'), null)
}

function answerOf(authorization: Authorization): Changes {
  return {
    expect: [{ kind: AUTHORIZATION_KIND, id: authorization.id, revision: 0 }],
    put: [authorizationRecord(authorization, 1)],
  }
}

/** An authorization that was never given. */
function denialOf({ authorizationId, client }: InteractionRequest, now: number): Authorization {
  return {
    id: authorizationId,
    revision: 0,
    status: 'revoked',
    clientId: client.clientId,
    scope: [],
    createdAt: now,
    expiresAt: now + ANSWER_TIME,
    data: {},
  }
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

/** What another login or another page may still change. */
const ASK_AGAIN: ReadonlySet<string> = new Set(['login_required', 'consent_required', 'interaction_required'])

/** The device or the client that polls is told, and the person sees a page. A crash is told to no one. */
async function refuseBackchannel(
  server: Server,
  registry: Registry,
  request: BackchannelRequest,
  error: unknown,
): Promise<HttpResponse> {
  const refused = toOAuth2Error(error)
  const isFinal = !(error instanceof AuthorizationError) && refused.status < 500 && !ASK_AGAIN.has(refused.code)
  if (!isFinal) throw error
  const { backchannel } = backchannelGrant(registry, request.grantType)
  const { response, changes } = await backchannel.refused(request, refused)
  const at = server.clock()
  const denial = denialOf(request, at)
  if (!(await server.store.commit(batchOf(denial.id, at, joinChanges(answerOf(denial), changes))))) {
    if (await wasAnsweredAlike(server, denial)) return response
    throw answeredAlready()
  }
  const { clientId } = request.client
  server.emit({ type: 'authorization.refused', at, clientId, error: refused.code, reason: reasonOf(refused) })
  deliverSoon(server, changes)
  return response
}
