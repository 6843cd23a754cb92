/**
 * The token endpoint's way from a request to a response: read, authenticate, plan, commit once, answer.
 *
 * @spec RFC 6749 §3.2 §5.1
 */

import {
  jsonResponse,
  noStore,
  randomToken,
  readForm,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
  type JsonObject,
} from '@authlib/core'
import {
  invalidRequest,
  OAuth2Error,
  temporarilyUnavailable,
  unauthorizedClient,
  unsupportedGrantType,
} from '../../errors.ts'
import { formatScope } from '../../scope.ts'
import {
  authorizationRecord,
  mergeData,
  type Authorization,
  type AuthorizationUpdate,
} from '../records/authorization.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import type {
  Changes,
  MintedToken,
  Server,
  TokenChange,
  TokenDraft,
  TokenPlan,
  TokenRequest,
} from '../contract/feature.ts'
import type { RegisteredGrant, Registry } from './registry.ts'

/** A lost commit means somebody else wrote first: read again and decide again, this often. */
const ATTEMPTS = 5

export async function createTokenResponse(
  server: Server,
  registry: Registry,
  http: HttpRequest,
): Promise<HttpResponse> {
  let clientId: string | undefined
  let grantType: string | undefined
  try {
    const params = await readForm(http)
    if (params.repeated.length > 0) throw invalidRequest('a parameter is repeated') // RFC 6749 §3.2
    clientId = params.get('client_id')
    grantType = params.get('grant_type')
    const client = await server.authenticateClient(http, params)
    clientId = client.clientId
    if (grantType === undefined) throw invalidRequest('grant_type is missing')
    const registered = registry.grant(grantType)
    if (!registered) throw unsupportedGrantType()
    if (!client.grantTypes.includes(grantType)) throw unauthorizedClient('the client may not use this grant_type')
    return await answer(registry, registered, {
      kind: 'token',
      server,
      http,
      client,
      params,
      grantType,
      now: server.clock(),
      data: {},
    })
  } catch (error) {
    if (error instanceof OAuth2Error) {
      server.emit({
        type: 'token.refused',
        at: server.clock(),
        clientId,
        grantType,
        error: error.code,
        reason: error.reason,
      })
    }
    throw error
  }
}

/** An authorization that is made at the token endpoint, for grants without a front channel. */
export function newAuthorization(
  { server, client, now }: TokenRequest,
  { subject, scope, data = {} }: { subject?: string; scope: readonly string[]; data?: JsonObject },
): Authorization {
  return {
    id: randomToken(server.random, 16),
    revision: 0,
    status: 'active',
    clientId: client.clientId,
    subject,
    scope,
    createdAt: now,
    expiresAt: now + server.accessTokenLifetime,
    data,
  }
}

async function answer(registry: Registry, registered: RegisteredGrant, request: TokenRequest): Promise<HttpResponse> {
  let received = request
  for (const extension of registered.extensions) {
    const data = await extension.receiveTokenRequest?.(received)
    if (data) received = { ...received, data: mergeData(received.data, data) }
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const response = await attemptOnce(registry, registered, received)
    if (response) return response
  }
  throw temporarilyUnavailable()
}

/** Free of side effects until its commit, because it is repeated when that is lost. Null: lost. */
async function attemptOnce(
  registry: Registry,
  { grant, extensions }: RegisteredGrant,
  request: TokenRequest,
): Promise<HttpResponse | null> {
  const { server } = request
  const plan = await grant.exchange(request)
  try {
    for (const extension of extensions) await extension.validateTokenRequest?.(request, plan.authorization)
  } catch (error) {
    if (error instanceof OAuth2Error && error.status < 500 && plan.ifInvalid)
      await commit(request, plan.authorization, undefined, plan.ifInvalid)
    throw error
  }
  if (plan.refuse) return refuse(request, plan, plan.refuse)

  let draft = draftOf(request, plan)
  for (const extension of extensions) {
    const change = await extension.issuing?.(draft, request)
    if (change) draft = changeDraft(draft, change)
  }
  const format = registry.tokenFormats.get(draft.format)
  if (!format) throw new TypeError(`The token format ${draft.format} is not registered`)
  const minted = await format.mint(draft, server)

  let params: JsonObject = {
    access_token: minted.token,
    token_type: draft.tokenType,
    expires_in: draft.expiresAt - draft.issuedAt,
    ...(draft.scope.length > 0 ? { scope: formatScope(draft.scope) } : {}), // RFC 6749 §5.1: also when it is what was asked for
    ...plan.params,
  }
  const headers: HttpHeader[] = [...noStore]
  const changes: (Changes | undefined)[] = [plan.changes, minted.changes]
  const updates: (AuthorizationUpdate | undefined)[] = [plan.update]
  for (const extension of extensions) {
    const added = await extension.tokenResponse?.({ draft, plan, accessToken: minted.token }, request)
    if (!added) continue
    params = mergeData(params, added.params)
    headers.push(...(added.headers ?? []))
    changes.push(added.changes)
    updates.push(added.update)
  }
  const update = updateFor(plan, draft, minted, updates)
  if (!(await commit(request, plan.authorization, update, ...changes))) return null
  server.emit({
    type: 'token.issued',
    at: request.now,
    authorizationId: plan.authorization.id,
    clientId: request.client.clientId,
    subject: plan.authorization.subject,
    grantType: request.grantType,
    scope: draft.scope,
  })
  return jsonResponse(200, params, headers)
}

async function refuse(request: TokenRequest, plan: TokenPlan, error: OAuth2Error): Promise<null> {
  const { server, now } = request
  const { id: authorizationId, clientId, subject } = plan.authorization
  const written = await commit(request, plan.authorization, plan.update, plan.changes)
  // A lost revocation is tried again; lost bookkeeping, as of polls, is not worth a retry.
  if (!written && plan.update?.status === 'revoked') return null
  if (plan.update?.status === 'revoked') {
    server.emit({ type: 'authorization.revoked', at: now, authorizationId, clientId, subject, cause: 'replay' })
  }
  throw error
}

function draftOf({ server, client, now }: TokenRequest, plan: TokenPlan): TokenDraft {
  return {
    authorization: plan.authorization,
    client,
    scope: plan.scope,
    audience: [],
    issuedAt: now,
    expiresAt: now + server.accessTokenLifetime,
    tokenType: 'Bearer',
    format: 'opaque',
    claims: {},
    single: plan.single ?? false,
  }
}

function changeDraft(draft: TokenDraft, { claims, lifetime, ...rest }: TokenChange): TokenDraft {
  return {
    ...draft,
    ...rest,
    claims: mergeData(draft.claims, claims),
    expiresAt: lifetime === undefined ? draft.expiresAt : draft.issuedAt + lifetime,
  }
}

/** Undefined when the authorization need not be written. */
function updateFor(
  plan: TokenPlan,
  draft: TokenDraft,
  minted: MintedToken,
  updates: readonly (AuthorizationUpdate | undefined)[],
): AuthorizationUpdate | undefined {
  const { authorization } = plan
  const wanted = updates.filter((update) => update !== undefined)
  const outlived = draft.expiresAt > authorization.expiresAt
  if (minted.holdsAuthorization === true && wanted.length === 0) return undefined
  if (authorization.revision > 0 && wanted.length === 0 && !outlived) return undefined
  const status = wanted.map((update) => update.status).find((value) => value !== undefined)
  return {
    status: status ?? (authorization.status === 'revoked' ? 'revoked' : 'active'),
    expiresAt: Math.max(authorization.expiresAt, draft.expiresAt, ...wanted.map((update) => update.expiresAt ?? 0)),
    data: mergeData(...wanted.map((update) => update.data)),
  }
}

/** The one write of a token request. */
function commit(
  { server, now }: TokenRequest,
  authorization: Authorization,
  update: AuthorizationUpdate | undefined,
  ...changes: readonly (Changes | undefined)[]
): Promise<boolean> {
  const own = update === undefined ? {} : authorizationChanges(authorization, update)
  return server.store.commit(batchOf(authorization.id, now, joinChanges(own, ...changes)))
}

/** The guarded write that turns an authorization into what the update says. */
export function authorizationChanges(authorization: Authorization, update: AuthorizationUpdate): Changes {
  const next: Authorization = {
    ...authorization,
    status: update.status ?? authorization.status,
    expiresAt: update.expiresAt ?? authorization.expiresAt,
    data: { ...authorization.data, ...update.data },
  }
  return {
    expect: [{ kind: 'authorization', id: authorization.id, revision: authorization.revision }],
    put: [authorizationRecord(next, authorization.revision + 1)],
  }
}
