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
import type { IssuePlan, RefusePlan } from '../contract/plans.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { limited, refusedWith } from '../rate-limit.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import { reasonOf } from '../refusals.ts'
import { commitUpdate, endAuthorization } from './authorizations.ts'
import { authenticateClient } from './client-authentication.ts'
import { clientParams, received } from './client-request.ts'
import { deliverSoon } from './deliver-soon.ts'
import { issueToken, updateFor, type Issue } from './issue.ts'
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
    const attempt = { kind: 'grant', endpoint: ENDPOINT, clientId, grantType, http } as const
    return await limited(server, attempt, isWrong, () => answer(registry, registered, request))
  } catch (error) {
    if (error instanceof OAuth2Error) {
      const at = server.clock()
      server.emit({ type: 'token.refused', at, clientId, grantType, error: error.code, reason: reasonOf(error) })
    }
    throw error
  }
}

const isWrong = refusedWith('invalid_grant')

/** What is in the loop has no side effects until its commit: it is repeated when that is lost. */
async function answer(registry: Registry, registered: RegisteredGrant, first: TokenRequest): Promise<HttpResponse> {
  const { grant, moments } = registered
  const { server, now } = first
  const receiving = received(moments, first)
  const request = isPromise(receiving) ? await receiving : receiving
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const planning = grant.exchange(request)
    const plan = isPromise(planning) ? await planning : planning
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
        await commitUpdate(server, now, authorization, undefined, plan.ifInvalid)
      throw error
    }
    if (plan.refuse) return refuse(registry, request, plan, plan.refuse)

    const issuing = issueToken(registry, moments, request, plan)
    const issue = isPromise(issuing) ? await issuing : issuing
    const update = updateFor(authorization, issue)
    if (await commitUpdate(server, now, authorization, update, ...issue.changes)) return issued(request, issue)
  }
  throw temporarilyUnavailable()
}

function issued(
  { server, now, client, grantType }: TokenRequest,
  { draft, params, headers, changes }: Issue,
): HttpResponse {
  const { scope, authorization } = draft
  deliverSoon(server, ...changes)
  server.emit({
    type: 'token.issued',
    at: now,
    authorizationId: authorization.id,
    clientId: client.clientId,
    subject: authorization.subject,
    grantType,
    scope,
  })
  return jsonResponse(200, params, headers)
}

/** Bookkeeping that is lost, as of polls that come at once, is not worth a retry. */
async function refusePoll({ server, now }: TokenRequest, { partition, changes, refuse }: RefusePlan): Promise<never> {
  if (changes) await server.store.commit(batchOf(partition, now, joinChanges(changes)))
  throw refuse
}

async function refuse(
  registry: Registry,
  { server, now }: TokenRequest,
  { authorization, update, changes }: IssuePlan,
  error: OAuth2Error,
): Promise<never> {
  if (update?.status === 'revoked') {
    const ending = await endAuthorization(server, registry, authorization, 'replay', update, changes)
    if (ending) deliverSoon(server, changes, ending)
    // Someone else wrote first, such as a refresh: the replay is known all the same. Lost bookkeeping is not worth a retry.
    else await server.authorizations.revoke({ authorizationId: authorization.id }, 'replay')
  } else if (await commitUpdate(server, now, authorization, update, changes)) deliverSoon(server, changes)
  throw error
}
