/**
 * The `claims` parameter: a client asks for single claims, for one value of them, and in one of the two places.
 *
 * @spec OpenID Connect Core 1.0 §5.5
 */

import { type Json, type JsonObject } from '@authlib/core'
import { parseJsonObject, refuseUnknownOptions } from '@authlib/core/kit'
import { invalidRequest } from '@authlib/oauth2'
import {
  on,
  slot,
  type ConsentItem,
  type Demands,
  type Extension,
  type InteractionRequest,
  type Slot,
} from '@authlib/oauth2/server'
import { claimsOfScope, scopeClaims, type ScopeClaims } from '../../scopes.ts'
import { releasableClaims, subjectOf } from '../moments.ts'
import { protocolClaims } from '../subject-claims.ts'

export interface ClaimsParameterOptions {
  /** As given to {@link openId}: claims that a granted scope stands for need no consent of their own. */
  readonly scopes?: ScopeClaims | undefined
}

/** What a claim must be. `null`: anything. §5.5.1 */
type Wish = { readonly essential?: boolean; readonly value?: Json; readonly values?: readonly Json[] } | null
type Wishes = Readonly<Record<string, Wish>>
type Wanted = { readonly userinfo?: Wishes; readonly id_token?: Wishes }

/** As the request says it. */
const wantedSlot: Slot<Wanted> = slot<Wanted>('claimsRequested')
/** The only subject that will do. */
const subjectSlot: Slot<string> = slot<string>('claimsSubject')
/** As the person approved it, by place. */
const grantedSlot: Slot<Readonly<Record<'userinfo' | 'id_token', readonly string[]>>> = slot('claimsGranted')

/** `type` of the consent items. */
export const CLAIM_ITEM = 'claim'

/**
 * Accepts `claims`. Claims beyond those of the scope are shown for consent, one by one; an essential `acr` with values, and a
 * `sub`, are demands on the login. A claim is released when your `claims` function returns it.
 *
 * @example
 * server.register(openId({ claims }), claimsParameter())
 */
export function claimsParameter({ scopes = scopeClaims, ...others }: ClaimsParameterOptions = {}): Extension {
  refuseUnknownOptions('claimsParameter', others)
  return {
    kind: 'extension',
    name: 'claims_parameter',
    metadata: { claims_parameter_supported: true },
    async validateAuthorizationRequest(request) {
      const text = request.params.get('claims')
      if (text === undefined) return undefined
      const wanted = readWanted(text)
      const forUserinfo = Object.keys(wanted.userinfo ?? {}).length > 0
      if (forUserinfo && !bringsAccessToken(request)) {
        throw invalidRequest('claims of userinfo need a response_type that brings an access token') // §5.5
      }
      const subject = await subjectOfWishes(wanted, request)
      return { ...wantedSlot.write(wanted), ...(subject === undefined ? {} : subjectSlot.write(subject)) }
    },
    demands: demandsOf,
    consents: (request) => unscoped(request, scopes).map(itemOf),
    authorizing(request, authorization, approved) {
      const wanted = wantedSlot.read(request)
      if (!wanted) return undefined
      const names = new Set(
        approved.flatMap(({ type, value }) => (type === CLAIM_ITEM && typeof value === 'string' ? [value] : [])),
      )
      for (const name of claimsOfScope(authorization.scope, scopes)) names.add(name)
      const granted = (wishes: Wishes = {}): readonly string[] =>
        Object.keys(wishes).filter((name) => names.has(bare(name)))
      return {
        data: grantedSlot.write({ userinfo: granted(wanted.userinfo), id_token: granted(wanted.id_token) }),
      }
    },
    handlers: [
      on(releasableClaims, ({ authorization, use }) =>
        use === 'existence' ? undefined : grantedSlot.read(authorization)?.[use].map(bare),
      ),
    ],
  }
}

/** @throws OAuth2Error `invalid_request` */
function readWanted(text: string): Wanted {
  const wanted = parse(text)
  for (const place of ['userinfo', 'id_token']) {
    const wishes = wanted[place]
    if (wishes === undefined || wishes === null) continue
    if (!isObject(wishes) || !Object.entries(wishes).every(isWish)) throw malformed()
  }
  return { userinfo: wishesOf(wanted['userinfo']), id_token: wishesOf(wanted['id_token']) }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(text)
  } catch (cause) {
    throw invalidRequest('claims is malformed', { cause })
  }
}

function wishesOf(value: unknown): Wishes {
  return (value ?? {}) as Wishes // sound: readWanted checked it
}

/** Claims whose value is a demand: one that cannot be met must not be passed over. §5.5.1: valid values of the claim */
const TEXTS = ['acr', 'sub']

function isWish([name, value]: readonly [string, unknown]): boolean {
  if (value === null) return true
  if (!isObject(value)) return false
  const { value: single, values = [] } = value
  if (!Array.isArray(values)) return false
  const all: readonly unknown[] = single === undefined ? values : [single, ...(values as unknown[])]
  return !TEXTS.includes(name) || all.every((one) => typeof one === 'string')
}

function bringsAccessToken(request: InteractionRequest): boolean {
  if (request.kind !== 'authorization') return true
  return request.responseType.responseType.split(' ').some((word) => word === 'code' || word === 'token')
}

/** An essential `acr` must be met; `sub` names the only person that will do. §5.5.1 §5.5.1.1 */
function demandsOf(request: InteractionRequest): Demands | undefined {
  const acr = wantedSlot.read(request)?.id_token?.['acr']
  const acrValues = acr?.essential === true ? textsOf(acr) : []
  const subject = subjectSlot.read(request)
  return {
    ...(acrValues.length > 0 ? { acrValues } : {}),
    ...(subject === undefined ? {} : { subject }),
  }
}

/** Whom the `sub` of this client stands for: in both places it is the same person. @throws OAuth2Error `invalid_request` */
async function subjectOfWishes(
  { userinfo, id_token: ofToken }: Wanted,
  { server, client }: InteractionRequest,
): Promise<string | undefined> {
  const lists = [ofToken?.['sub'], userinfo?.['sub']]
    .map((wish) => textsOf(wish ?? {}))
    .filter(({ length }) => length > 0)
  const [first = [], ...others] = lists
  if (lists.length === 0) return undefined
  const sub = first.find((one) => others.every((list) => list.includes(one)))
  if (sub === undefined) throw invalidRequest('claims names two different end-users')
  return subjectOf({ server, client, sub })
}

function textsOf({ value, values = [] }: NonNullable<Wish>): readonly string[] {
  return [...(value === undefined ? [] : [value]), ...values] as readonly string[] // sound: see TEXTS
}

/** What is asked for beyond the claims of the scope. */
function unscoped(request: InteractionRequest, scopes: ScopeClaims): readonly string[] {
  const wanted = wantedSlot.read(request)
  if (!wanted) return []
  const known = claimsOfScope(request.scope, scopes)
  const names = [...Object.keys(wanted.userinfo ?? {}), ...Object.keys(wanted.id_token ?? {})].map(bare)
  return [...new Set(names)].filter((name) => !known.has(name) && !protocolClaims.has(name))
}

function itemOf(name: string): ConsentItem {
  return { type: CLAIM_ITEM, value: name, key: `claim ${name}` }
}

/** Without its language tag. §5.2 */
function bare(name: string): string {
  return name.split('#', 1)[0]!
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(): Error {
  return invalidRequest('claims is malformed')
}
