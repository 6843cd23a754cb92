/**
 * A request on its way through login and consent, sealed into text that only the browser it was made for can use.
 * Nothing is stored for a login that is abandoned.
 */

import {
  isHttps as isHttpsUrl,
  Params,
  parseCookies,
  randomToken,
  serializeCookie,
  type HttpHeader,
  type HttpRequest,
} from '@authlib/core'
import { decodeUtf8 } from '@authlib/core/kit'
import { invalidRequest } from '../../errors.ts'
import type { Login } from '../contract/interaction.ts'
import type { Changes } from '../contract/plans.ts'
import type { ResumedRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { ANSWER_TIME } from '../records/authorization.ts'

/** What a handle carries. */
export interface Journey extends ResumedRequest {
  readonly login: Login | null
  /** The login was there before the request came. */
  readonly before: boolean
}

type Sealed = {
  readonly grantType?: string | undefined
  readonly client: string
  readonly via: readonly string[]
  readonly query: string
  readonly id: string
  readonly at: number
  readonly until: number
  readonly login: Login | null
  readonly before: boolean
  readonly changes?: Changes | undefined
}

/** The value that ties handles to a browser, and the cookie to set when it has none yet. */
export function bindBrowser(server: Server, http: HttpRequest): { binding: string; headers: readonly HttpHeader[] } {
  const known = readBinding(server, http)
  if (known !== undefined) return { binding: known, headers: [] }
  const binding = randomToken(server.random, 16)
  const cookie = serializeCookie({ name: cookieName(server), value: binding, secure: isHttps(server) })
  return { binding, headers: [['set-cookie', cookie]] }
}

/** `binding` is associated data of the encryption: in another browser the handle opens nothing. */
export function sealJourney(server: Server, journey: Journey, binding: string): Promise<string> {
  const sealed: Sealed = {
    grantType: journey.grantType,
    client: journey.clientId,
    via: journey.via,
    query: journey.params.toString(),
    id: journey.authorizationId,
    at: journey.receivedAt,
    until: server.clock() + ANSWER_TIME,
    login: journey.login,
    before: journey.before,
    changes: journey.changes,
  }
  return server.sealer('interaction').seal(JSON.stringify(sealed), binding)
}

/** @throws OAuth2Error `invalid_request` when the handle is not ours, too old, or of another browser */
export async function openJourney(server: Server, handle: string | undefined, http: HttpRequest): Promise<Journey> {
  const binding = readBinding(server, http)
  if (handle === undefined) throw invalidRequest('the interaction is missing')
  if (binding === undefined) throw invalidRequest('the browser sent no interaction cookie')
  const opened = await server.sealer('interaction').open(handle, binding)
  if (!opened) throw invalidRequest('the interaction belongs to another browser or server')
  const sealed = JSON.parse(decodeUtf8(opened)) as Sealed // sound: sealed by sealJourney
  if (sealed.until <= server.clock()) throw invalidRequest('the interaction has expired')
  const { grantType, client: clientId, via, login, before, changes } = sealed
  const params = Params.parse(sealed.query)
  return { grantType, clientId, via, params, authorizationId: sealed.id, receivedAt: sealed.at, login, before, changes }
}

function readBinding(server: Server, http: HttpRequest): string | undefined {
  const value = parseCookies(http.headers.get('cookie')).get(cookieName(server))
  return value !== undefined && /^[A-Za-z0-9_-]{22}$/.test(value) ? value : undefined
}

function cookieName(server: Server): string {
  return isHttps(server) ? '__Host-authlib_interaction' : 'authlib_interaction'
}

/** `__Host-` and `Secure` where browsers accept them; http is for loopback only. */
export function isHttps({ issuer }: Server): boolean {
  return isHttpsUrl(issuer)
}
