/**
 * Rich authorization requests: the client says exactly what it asks for, such as one payment, and the person sees just that.
 *
 * @spec RFC 9396
 */

import { AuthlibError, type Awaitable, type Json, type JsonObject } from '@authlib/core'
import { parseJsonObject, refuseUnknownOptions } from '@authlib/core/kit'
import { accessDenied, OAuth2Error, serverError } from '../../errors.ts'
import type { Authorization, Slot } from '../contract/authorization.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import type { Client } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { Feature } from '../contract/registrable.ts'
import type { IssuingRequest } from '../contract/requests.ts'
import { slot } from '../records/authorization.ts'

/** One object of `authorization_details`. RFC 9396 §2 */
export type AuthorizationDetail = JsonObject & { readonly type: string }

/** What a `type` of authorization details means. */
export interface AuthorizationDetailsType {
  /**
   * Whether an object of this type is well-formed: every required member there, each of the right type and value, and none
   * that is unknown. §5. It also checks what the consent page gives back.
   */
  readonly validate: (detail: AuthorizationDetail) => Awaitable<boolean>
  /**
   * Whether `granted` allows what a token request asks for. Default: the two are equal, whatever the order of members. §7
   */
  readonly covers?: ((granted: AuthorizationDetail, requested: AuthorizationDetail) => boolean) | undefined
  /** Whether a client may have this for itself, where no person is asked, as with `client_credentials`. Default: never. */
  readonly allowWithoutPerson?: ((detail: AuthorizationDetail, client: Client) => Awaitable<boolean>) | undefined
}

export interface RichAuthorizationRequestsOptions {
  /** By `type`. Others are refused, and so is a type that a client with `authorization_details_types` does not list. */
  readonly types: Readonly<Record<string, AuthorizationDetailsType>>
  /** Most objects in one request. Default 20. */
  readonly maxCount?: number | undefined
}

/**
 * Accepts `authorization_details` wherever `scope` is accepted. Each object is a consent item without a key: the person is
 * asked each time, also for first-party clients, and the page may narrow it. What was approved is in the token response, in
 * introspection and in JWT access tokens.
 *
 * @example
 * server.register(richAuthorizationRequests({
 *   types: { payment: { validate: ({ amount, iban }) => typeof amount === 'string' && typeof iban === 'string' } },
 * }))
 */
export function richAuthorizationRequests({
  types,
  maxCount = 20,
  ...others
}: RichAuthorizationRequestsOptions): Feature {
  refuseUnknownOptions('richAuthorizationRequests', others)
  const extension: Extension = {
    kind: 'extension',
    name: 'authorization_details',
    async validateAuthorizationRequest({ params, client }) {
      const details = await read(params.get(PARAMETER), client)
      return details && details.length > 0 ? requestedSlot.write(details) : undefined
    },
    consents: (request) => requestedSlot.read(request)?.map((value) => ({ type: PARAMETER, value })), // no key: asked each time
    async authorizing(request, { scope }, approved) {
      const requested = requestedSlot.read(request)
      if (!requested) return undefined
      const granted = approved.filter(({ type }) => type === PARAMETER).map(({ value }) => value)
      for (const value of granted) await assertApprovable(value, requested)
      if (granted.length === 0 && scope.length === 0) throw accessDenied('nothing was approved')
      return { data: grantedSlot.write(granted as AuthorizationDetail[]) } // sound: assertApprovable has checked them
    },
    async validateTokenRequest({ params, client }, authorization) {
      for (const detail of (await read(params.get(PARAMETER), client)) ?? []) {
        if (!(await isGranted(detail, authorization, client))) throw invalidDetails('more than was granted') // §6
      }
    },
    issuing(draft, request) {
      const details = detailsOf(draft.authorization, request).filter((detail) => isFor(detail, draft.audience))
      return details.length === 0 ? undefined : { claims: { [PARAMETER]: details } }
    },
    tokenResponse({ draft }) {
      const details = draft.claims[PARAMETER]
      return details === undefined ? undefined : { params: { [PARAMETER]: details } } // §7
    },
  }

  /** @throws OAuth2Error `invalid_authorization_details` */
  async function read(text: string | undefined, client: Client): Promise<readonly AuthorizationDetail[] | undefined> {
    if (text === undefined) return undefined
    const details = parseDetails(text)
    if (details.length > maxCount) throw invalidDetails('there are too many objects')
    const ownTypes = clientTypes.read(client)
    for (const detail of details) {
      const known = typeOf(detail)
      if (!known) throw invalidDetails('the type is not known')
      if (ownTypes && !ownTypes.includes(detail.type)) throw invalidDetails('the client may not use this type') // §10
      if (!(await known.validate(detail))) throw invalidDetails('an object does not fit its type') // §5
    }
    return details
  }

  /** The page may narrow or enrich an object; it cannot turn it into another type. §7.1 */
  async function assertApprovable(value: Json, requested: readonly AuthorizationDetail[]): Promise<void> {
    const isAsked = isDetail(value) && requested.some(({ type }) => type === value.type)
    if (isAsked && (await typeOf(value)?.validate(value))) return
    throw serverError('', { reason: 'the page approved authorization details that do not fit what was asked for' })
  }

  async function isGranted(
    detail: AuthorizationDetail,
    authorization: Authorization,
    client: Client,
  ): Promise<boolean> {
    const { covers = isEqual, allowWithoutPerson } = typeOf(detail) ?? {}
    const granted = grantedSlot.read(authorization)
    if (granted) return granted.some((one) => one.type === detail.type && covers(one, detail))
    if (authorization.subject !== undefined || authorization.revision > 0) return false
    return (await allowWithoutPerson?.(detail, client)) === true
  }

  function typeOf({ type }: AuthorizationDetail): AuthorizationDetailsType | undefined {
    return Object.hasOwn(types, type) ? types[type] : undefined
  }

  return {
    kind: 'feature',
    name: 'rich_authorization_requests',
    metadata: { authorization_details_types_supported: Object.keys(types) }, // §10
    settings: { maxCount },
    includes: [extension],
  }
}

const PARAMETER = 'authorization_details'

const requestedSlot: Slot<readonly AuthorizationDetail[]> = slot<readonly AuthorizationDetail[]>('requestedDetails')
const grantedSlot: Slot<readonly AuthorizationDetail[]> = slot<readonly AuthorizationDetail[]>('authorizationDetails')

const clientTypes = clientMember('authorization_details_types', memberTypes.strings)

/** A token has what its request names, or else all that was granted. In the front channel: what was granted. */
function detailsOf(authorization: Authorization, request: IssuingRequest): readonly AuthorizationDetail[] {
  const text = request.kind === 'token' ? request.params.get(PARAMETER) : undefined
  return text === undefined ? (grantedSlot.read(authorization) ?? []) : parseDetails(text)
}

/** Read as a member of an object: a name that is there twice and `__proto__` are refused. @throws OAuth2Error */
function parseDetails(text: string): readonly AuthorizationDetail[] {
  const { details, ...others } = parsed(`{"details":${text}}`)
  if (Object.keys(others).length > 0 || !Array.isArray(details) || !details.every(isDetail)) {
    throw invalidDetails('an array of objects with a type is expected') // §2
  }
  return details
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(text)
  } catch (error) {
    throw error instanceof AuthlibError ? invalidDetails('the value is not valid JSON') : error
  }
}

function isDetail(value: unknown): value is AuthorizationDetail {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** What names its locations is for no other API. §9.1 */
function isFor({ locations }: AuthorizationDetail, audience: readonly string[]): boolean {
  if (audience.length === 0 || !Array.isArray(locations)) return true
  const isBelow = (location: unknown, api: string): boolean =>
    location === api || (typeof location === 'string' && location.startsWith(api.endsWith('/') ? api : `${api}/`))
  return locations.some((location) => audience.some((api) => isBelow(location, api)))
}

function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [left, right] = [one as JsonObject, other as JsonObject] // sound: an array has its members under numbers
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => isEqual(left[name], right[name]))
}

function invalidDetails(description: string): OAuth2Error {
  return new OAuth2Error('invalid_authorization_details', description)
}
