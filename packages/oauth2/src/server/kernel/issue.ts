/** Minting an access token for whichever request. Free of side effects: nothing is written yet. */

import { noStore, type Awaitable, type HttpHeader, type Json, type JsonObject } from '@authlib/core'
import { whenKnown } from '@authlib/core/kit'
import { formatScope } from '../../scope.ts'
import type { Authorization, AuthorizationUpdate } from '../contract/authorization.ts'
import type {
  Changes,
  IssuePlan,
  MintedPlan,
  MintedToken,
  TokenChange,
  TokenDraft,
  TokenResponseChange,
} from '../contract/plans.ts'
import type { InteractionRequest, IssuingRequest } from '../contract/requests.ts'
import { mergeData } from '../records/authorization.ts'
import { joinChanges } from '../records/changes.ts'
import { momentsOfRequest } from './demands.ts'
import { inTurn } from './in-turn.ts'
import type { Moments } from './moments.ts'
import type { Registry } from './registry.ts'

/** A token, what is answered with it, and what is to be written. */
export interface Issue {
  readonly draft: TokenDraft
  readonly minted: MintedToken
  readonly params: JsonObject
  readonly headers: readonly HttpHeader[]
  readonly changes: readonly (Changes | undefined)[]
  readonly updates: readonly AuthorizationUpdate[]
}

/** At once, unless an extension or the format returns a promise. */
export function issueToken(
  registry: Registry,
  moments: Pick<Moments, 'issuing' | 'tokenResponse'>,
  request: IssuingRequest,
  plan: IssuePlan,
): Awaitable<Issue> {
  const drafted = inTurn(moments.issuing, draftOf(registry, request, plan), (draft, issuing) =>
    whenKnown(issuing(draft, request), (change) => changed(draft, plan, change)),
  )
  return whenKnown(drafted, (draft) => {
    const format = registry.byKind.token_format.get(draft.format)
    if (!format) throw new TypeError(`The token format ${draft.format} is not registered`)
    return whenKnown(format.mint(draft, request.server), (minted) =>
      inTurn(moments.tokenResponse, issueOf(draft, minted, plan), (issue, respond) => {
        const issued = { draft, plan, accessToken: minted.token, params: issue.params }
        return whenKnown(respond(issued, request), (added) => withAdded(issue, added))
      }),
    )
  })
}

/** What the plan and the format say, before extensions add to it. */
function issueOf(draft: TokenDraft, minted: MintedToken, { params, changes, update }: IssuePlan): Issue {
  const own: Record<string, Json | undefined> = {
    access_token: minted.token,
    token_type: draft.tokenType,
    expires_in: draft.expiresAt - draft.issuedAt,
  }
  if (draft.scope.length > 0) own['scope'] = formatScope(draft.scope) // RFC 6749 §5.1: also when it is what was asked for
  return {
    draft,
    minted,
    params: Object.assign(own, params),
    headers: noStore,
    changes: [changes, minted.changes],
    updates: update ? [update] : [],
  }
}

function withAdded(issue: Issue, added: TokenResponseChange | void): Issue {
  if (!added) return issue
  const { params, headers = [], changes, update } = added
  return {
    ...issue,
    params: mergeData(issue.params, params),
    headers: [...issue.headers, ...headers],
    changes: [...issue.changes, changes],
    updates: update ? [...issue.updates, update] : issue.updates,
  }
}

/** A token in the front channel, as a part of the answer of a response type. */
export async function mintForResponse(
  registry: Registry,
  request: InteractionRequest,
  plan: IssuePlan,
): Promise<MintedPlan> {
  const issue = await issueToken(registry, momentsOfRequest(registry, request), request, plan)
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(issue.params)) {
    params[name] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  const update = updateFor(plan.authorization, issue)
  return {
    params,
    members: issue.params,
    changes: joinChanges(...issue.changes),
    ...(update ? { update } : {}),
  }
}

/** What becomes of the authorization. Undefined when it need not be written. */
export function updateFor(
  authorization: Authorization,
  { draft, minted, updates }: Pick<Issue, 'draft' | 'minted' | 'updates'>,
): AuthorizationUpdate | undefined {
  const lasts = authorization.revision > 0 && draft.expiresAt <= authorization.expiresAt
  if (updates.length === 0 && (lasts || minted.holdsAuthorization === true)) return undefined
  return {
    status: updates.find(({ status }) => status)?.status ?? (authorization.status === 'revoked' ? 'revoked' : 'active'),
    scope: updates.find(({ scope }) => scope)?.scope,
    expiresAt: Math.max(authorization.expiresAt, draft.expiresAt, ...updates.map((update) => update.expiresAt ?? 0)),
    data: mergeData(...updates.map((update) => update.data)),
  }
}

function draftOf(registry: Registry, request: IssuingRequest, plan: IssuePlan): TokenDraft {
  const { server, client } = request
  const now = request.kind === 'token' ? request.now : server.clock()
  const draft: TokenDraft = {
    authorization: plan.authorization,
    client,
    scope: plan.scope,
    audience: [],
    issuedAt: now,
    expiresAt: now + server.accessTokenLifetime,
    tokenType: 'Bearer',
    format: registry.defaultFormat,
    claims: {},
    single: plan.single ?? false,
  }
  return changed(draft, plan, plan.token)
}

/** The format of the plan is the last word. */
function changed(draft: TokenDraft, { token: planned }: IssuePlan, change: TokenChange | void): TokenDraft {
  if (!change) return draft
  const { scope, lifetime = Infinity } = change
  return {
    ...draft,
    scope: scope === undefined ? draft.scope : draft.scope.filter((word) => scope.includes(word)),
    audience: change.audience ?? draft.audience,
    expiresAt: Math.min(draft.expiresAt, draft.issuedAt + lifetime),
    tokenType: change.tokenType ?? draft.tokenType,
    format: planned?.format ?? change.format ?? draft.format,
    algorithm: change.algorithm ?? draft.algorithm,
    claims: claimsOf(draft, change),
  }
}

/** Claims are added; of `cnf` the members are joined, so that several keys may be confirmed. RFC 7800 §3.1 */
function claimsOf({ claims }: TokenDraft, { claims: added, confirmation }: TokenChange): JsonObject {
  const merged = mergeData(claims, added)
  if (confirmation === undefined) return merged
  return { ...merged, cnf: mergeData(merged['cnf'] as JsonObject | undefined, confirmation) } // sound: `cnf` is an object
}
