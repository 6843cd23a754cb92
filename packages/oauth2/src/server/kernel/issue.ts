/** Minting an access token for whichever request. Free of side effects: nothing is written yet. */

import { noStore, type Awaitable, type HttpHeader, type Json, type JsonObject } from '@authlib/core'
import { isPromise, whenKnown } from '@authlib/core/kit'
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
  const first = draftOf(registry, request, plan)
  const drafted = moments.issuing.length === 0 ? first : changedBy(moments, first, request, plan)
  return whenKnown(drafted, (draft) => {
    const format = registry.tokenFormats.get(draft.format)
    if (!format) throw new TypeError(`The token format ${draft.format} is not registered`)
    return whenKnown(format.mint(draft, request.server), (minted) =>
      extended(issueOf(draft, minted, plan), moments, request, plan),
    )
  })
}

async function changedBy(
  { issuing: steps }: Pick<Moments, 'issuing'>,
  first: TokenDraft,
  request: IssuingRequest,
  plan: IssuePlan,
): Promise<TokenDraft> {
  let draft = first
  for (const issuing of steps) {
    const change = await issuing(draft, request)
    if (change) draft = changeDraft(draft, plan.token?.format === undefined ? change : withoutFormat(change))
  }
  return draft
}

/** What the plan and the format say, before extensions add to it. */
function issueOf(draft: TokenDraft, minted: MintedToken, plan: IssuePlan): Issue {
  const own: Record<string, Json | undefined> = {
    access_token: minted.token,
    token_type: draft.tokenType,
    expires_in: draft.expiresAt - draft.issuedAt,
  }
  if (draft.scope.length > 0) own['scope'] = formatScope(draft.scope) // RFC 6749 §5.1: also when it is what was asked for
  return {
    draft,
    minted,
    params: Object.assign(own, plan.params),
    headers: noStore,
    changes: [plan.changes, minted.changes],
    updates: plan.update ? [plan.update] : NO_UPDATES,
  }
}

const NO_UPDATES: readonly AuthorizationUpdate[] = []

/** With what extensions add, from the one of that number on. Waits only for those that return a promise. */
function extended(
  issue: Issue,
  moments: Pick<Moments, 'tokenResponse'>,
  request: IssuingRequest,
  plan: IssuePlan,
  start: number = 0,
): Awaitable<Issue> {
  let all = issue
  for (let n = start; n < moments.tokenResponse.length; n++) {
    const { draft, minted, params } = all
    const added = moments.tokenResponse[n]!({ draft, plan, accessToken: minted.token, params }, request)
    if (isPromise(added)) {
      const before = all
      return added.then((late) => extended(withAdded(before, late), moments, request, plan, n + 1))
    }
    all = withAdded(all, added)
  }
  return all
}

function withAdded(issue: Issue, added: TokenResponseChange | void): Issue {
  if (!added) return issue
  return {
    ...issue,
    params: mergeData(issue.params, added.params),
    headers: added.headers ? [...issue.headers, ...added.headers] : issue.headers,
    changes: [...issue.changes, added.changes],
    updates: added.update ? [...issue.updates, added.update] : issue.updates,
  }
}

/** A token in the front channel, as a part of the answer of a response type. */
export async function mintForResponse(
  registry: Registry,
  request: InteractionRequest,
  plan: IssuePlan,
): Promise<MintedPlan> {
  const { draft, minted, params, changes, updates } = await issueToken(
    registry,
    momentsOfRequest(registry, request),
    request,
    plan,
  )
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const update = updateFor(plan.authorization, draft, minted, updates)
  return {
    params: Object.fromEntries(texts) as Record<string, string>, // sound: made of pairs of strings
    members: params,
    changes: joinChanges(...changes),
    ...(update ? { update } : {}),
  }
}

/** What becomes of the authorization. Undefined when it need not be written. */
export function updateFor(
  authorization: Authorization,
  draft: TokenDraft,
  minted: MintedToken,
  updates: readonly AuthorizationUpdate[],
): AuthorizationUpdate | undefined {
  const outlived = draft.expiresAt > authorization.expiresAt
  if (minted.holdsAuthorization === true && updates.length === 0) return undefined
  if (authorization.revision > 0 && updates.length === 0 && !outlived) return undefined
  const status = updates.map((update) => update.status).find((value) => value !== undefined)
  const scope = updates.map((update) => update.scope).find((value) => value !== undefined)
  return {
    status: status ?? (authorization.status === 'revoked' ? 'revoked' : 'active'),
    ...(scope === undefined ? {} : { scope }),
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
  return plan.token ? changeDraft(draft, plan.token) : draft
}

function changeDraft(draft: TokenDraft, change: TokenChange): TokenDraft {
  const { scope, lifetime } = change
  return {
    ...draft,
    scope: scope === undefined ? draft.scope : draft.scope.filter((word) => scope.includes(word)),
    audience: change.audience ?? draft.audience,
    expiresAt: lifetime === undefined ? draft.expiresAt : Math.min(draft.expiresAt, draft.issuedAt + lifetime),
    tokenType: change.tokenType ?? draft.tokenType,
    format: change.format ?? draft.format,
    algorithm: change.algorithm ?? draft.algorithm,
    claims: claimsOf(draft, change),
  }
}

/** Claims are added; of `cnf` the members are joined, so that several keys may be confirmed. RFC 7800 §3.1 */
function claimsOf({ claims }: TokenDraft, { claims: added, confirmation }: TokenChange): JsonObject {
  if (confirmation === undefined) return mergeData(claims, added)
  const { cnf, ...others } = mergeData(claims, added)
  return { ...others, cnf: mergeData(cnf as JsonObject | undefined, confirmation) } // sound: `cnf` is an object. RFC 7800 §3.1
}

/** The format of the plan is the last word. */
function withoutFormat({ format: _format, ...change }: TokenChange): TokenChange {
  return change
}
