/**
 * From what a person decided to an authorization and its response.
 *
 * @spec RFC 6749 §4.1.2
 */

import type { HttpHeader, HttpResponse } from '@authlib/core'
import { accessDenied, invalidRequest, OAuth2Error, serverError } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import { answeredAt, AuthorizationError } from '../authorization-error.ts'
import { authorizationAnswered, type AnsweredAuthorization } from '../contract/answer-moments.ts'
import type { Authorization } from '../contract/authorization.ts'
import type { Approval, AuthorizationDecision } from '../contract/interaction.ts'
import type { AuthorizationChange, AuthorizationPlan, BackchannelPlan, Changes } from '../contract/plans.ts'
import type { AuthorizationRequest, BackchannelRequest, InteractionRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import {
  ANSWER_TIME,
  AUTHORIZATION_KIND,
  authorizationChanges,
  endedAuthorization,
  mergeData,
  readAuthorization,
  updated,
} from '../records/authorization.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import { sessionEnded, sessionSlot } from '../records/session.ts'
import { reportAuthorizationRefusal } from '../refusals.ts'
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
    try {
      if (!('denied' in decision)) return await approveRequest(server, registry, request, decision)
      if (request.kind === 'authorization') await writeDenial(server, request, request.changes)
      throw accessDenied()
    } catch (error) {
      if (request.kind === 'authorization') throw error
      return refuseBackchannel(server, registry, request, error)
    }
  })
}

async function approveRequest(
  server: Server,
  registry: Registry,
  request: InteractionRequest,
  approval: Approval,
): Promise<HttpResponse> {
  const scope = approvedScope(request, approval)
  const now = server.clock()
  await requireSession(server, approval, now)
  const items = approval.items ?? consentsOf(registry, request)
  let authorization = authorizationOf(request, approval, scope, now)
  const changes: (Changes | undefined)[] = [request.changes]
  const amendments: NonNullable<AuthorizationChange['amend']>[] = []
  for (const authorizing of momentsOfRequest(registry, request).authorizing) {
    const added = await authorizing(request, authorization, items)
    if (!added) continue
    authorization = {
      ...authorization,
      data: mergeData(authorization.data, added.data),
      index: { ...authorization.index, ...added.index },
    }
    changes.push(added.changes)
    if (added.amend) amendments.push(added.amend)
  }
  for (const amend of amendments) authorization = updated(authorization, amend(authorization))
  const plan = await planOf(registry, request, authorization)
  const data = mergeData(authorization.data, plan.update?.data)
  const stored = updated(authorization, { ...plan.update, data })
  const isRepeatable = request.kind === 'backchannel' || request.responseType.repeatable === true
  if (await writeAnswer(server, stored, [...changes, plan.changes], isRepeatable)) {
    const { id: authorizationId, clientId, subject } = stored
    server.emit({ type: 'authorization.granted', at: now, authorizationId, clientId, subject, scope })
  }
  if ('response' in plan) return plan.response
  const answered = { request: request as AuthorizationRequest, authorization: stored } // sound: see planOf
  return answerClient(server, registry, answered, plan.params)
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
  return { ...response, headers: [...response.headers, ...headers] }
}

/** The session was alive when it was read, if that was for this request. @throws OAuth2Error `login_required` */
async function requireSession(server: Server, { sessionId, checkedAt }: Approval, now: number): Promise<void> {
  if (sessionId === undefined || checkedAt === now) return
  if (await sessionEnded(server, sessionId)) throw new OAuth2Error('login_required', 'the session has ended')
}

/**
 * False: the same was answered before and may be repeated, by a double click, or Back and the same button again. The person
 * is sent on as the first time.
 *
 * @throws AuthorizationError when something else was answered
 */
async function writeAnswer(
  server: Server,
  answer: Authorization,
  others: readonly (Changes | undefined)[],
  isRepeatable: boolean,
): Promise<boolean> {
  const changes = joinChanges(authorizationChanges(answer), ...others)
  if (await server.store.commit(batchOf(answer.id, server.clock(), changes))) {
    deliverSoon(server, changes)
    return true
  }
  if (isRepeatable && (await wasAnsweredAlike(server, answer))) return false
  throw new AuthorizationError(invalidRequest('this authorization request has been answered already'), null)
}

/** So that the same page cannot be approved afterwards. */
function writeDenial(
  server: Server,
  { authorizationId, client }: InteractionRequest,
  changes: Changes | undefined,
): Promise<boolean> {
  const denial = endedAuthorization(authorizationId, client.clientId, server.clock(), ANSWER_TIME)
  return writeAnswer(server, denial, [changes], true)
}

/** Everything that is stored of the answer must be the same. */
async function wasAnsweredAlike(server: Server, answer: Authorization): Promise<boolean> {
  const [record] = await server.store.get(answer.id, [[AUTHORIZATION_KIND, answer.id]])
  const before = readAuthorization(record, server.clock())
  const names = Object.keys(answer.data)
  const toCompare = ({ status, clientId, subject, scope, authTime, data }: Authorization): string =>
    JSON.stringify([status === 'revoked', clientId, subject, scope, authTime, names.map((name) => data[name])])
  return before !== null && toCompare(before) === toCompare(answer)
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
  if (await writeDenial(server, request, changes)) {
    reportAuthorizationRefusal(server, refused, request.client.clientId)
  }
  return response
}
