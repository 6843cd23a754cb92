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
import { releasableClaims } from '../moments.ts'
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
    validateAuthorizationRequest({ params }) {
      const text = params.get('claims')
      return text === undefined ? undefined : wantedSlot.write(readWanted(text))
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
    if (!isObject(wishes) || !Object.values(wishes).every(isWish)) throw malformed()
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

function isWish(value: unknown): value is Wish {
  if (value === null) return true
  return isObject(value) && (value['values'] === undefined || Array.isArray(value['values']))
}

/** An essential `acr` must be met; `sub` names the only person that will do. §5.5.1 §5.5.1.1 */
function demandsOf(request: InteractionRequest): Demands | undefined {
  const wanted = wantedSlot.read(request)
  if (!wanted) return undefined
  const acr = wanted.id_token?.['acr']
  const sub = wanted.id_token?.['sub'] ?? wanted.userinfo?.['sub']
  const acrValues = acr?.essential === true ? textsOf(acr) : []
  const [subject] = sub ? textsOf(sub) : []
  return {
    ...(acrValues.length > 0 ? { acrValues } : {}),
    ...(subject === undefined ? {} : { subject }),
  }
}

function textsOf({ value, values = [] }: NonNullable<Wish>): readonly string[] {
  return [...(value === undefined ? [] : [value]), ...values].filter((one) => typeof one === 'string')
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
