/**
 * A request on its way through login and consent, sealed into text that only the browser it was made for can use.
 * Nothing is stored for a login that is abandoned, unless the request is too long for a URL.
 */

import { isHttps, Params, parseCookies, randomToken, type HttpHeader, type HttpRequest } from '@authlib/core'
import { decodeUtf8, sha256Base64url, uncheckedCookie } from '@authlib/core/kit'
import { invalidRequest } from '../../errors.ts'
import type { Login } from '../contract/interaction.ts'
import type { InteractionRequest, ResumedRequest } from '../contract/requests.ts'
import type { Environment } from '../contract/server.ts'
import { ANSWER_TIME } from '../records/authorization.ts'
import { batchOf } from '../records/changes.ts'

/** How far a person has come. */
export interface Stage {
  readonly login: Login | null
  /** The login was there before the request came. */
  readonly before: boolean
  /** What the consent page shows: only that can be approved. Null: no page was shown yet. */
  readonly shown: Shown | null
}

/** What a person was asked for. */
export interface Shown {
  readonly scope: readonly string[]
  /** A hash of each item. */
  readonly items: readonly string[]
}

/** What a handle carries. */
export interface Journey extends ResumedRequest, Stage {
  /** NumericDate, until which it can be answered. */
  readonly until: number
}

/** The journey as it is sealed. Handles outlive a deployment: these names stay. */
interface Sealed extends Omit<Journey, 'params' | 'clientId' | 'authorizationId' | 'receivedAt'> {
  readonly client: string
  readonly query: string
  readonly id: string
  readonly at: number
}

/** Most characters that travel in a URL. Longer ones are stored: a payment of 6 kB must survive a login. */
const LONGEST = 3000

const KIND = 'interaction'
/** A handle that names a stored one. No sealed text has a `.` */
const STORED = /^st\.[A-Za-z0-9_-]{43}$/

/** The value that ties handles to a browser, and the cookie to set when it has none yet. */
export function bindBrowser(
  server: Environment,
  http: HttpRequest,
): { binding: string; headers: readonly HttpHeader[] } {
  const known = readBinding(server, http)
  if (known !== undefined) return { binding: known, headers: [] }
  const binding = randomToken(server.random, 16)
  const cookie = uncheckedCookie({ name: cookieName(server), value: binding, secure: isHttps(server.issuer) })
  return { binding, headers: [['set-cookie', cookie]] }
}

/** `binding` is associated data of the encryption: in another browser the handle opens nothing. */
export async function sealJourney(
  request: InteractionRequest,
  { login, before, shown }: Stage,
  binding: string,
): Promise<string> {
  const { server, client, via, params, authorizationId, receivedAt, changes } = request
  const until = server.clock() + ANSWER_TIME
  const sealed: Sealed = {
    grantType: request.kind === 'backchannel' ? request.grantType : undefined,
    client: client.clientId,
    via,
    query: params.toString(),
    id: authorizationId,
    at: receivedAt,
    changes,
    login: login && { ...login, checkedAt: undefined }, // a session is read again when the page comes back
    before,
    shown,
    until,
  }
  const text = await server.sealer('interaction').seal(JSON.stringify(sealed), binding)
  return text.length > LONGEST ? storeSealed(server, text, until) : text
}

/** @throws OAuth2Error `invalid_request` when the handle is not of this server, or of another browser */
export async function openJourney(
  server: Environment,
  handle: string | undefined,
  http: HttpRequest,
): Promise<Journey> {
  const binding = readBinding(server, http)
  if (handle === undefined) throw invalidRequest('the interaction is missing')
  if (binding === undefined) throw invalidRequest('the browser sent no interaction cookie')
  const text = STORED.test(handle) ? await loadSealed(server, handle) : handle
  const opened = text === null ? null : await server.sealer('interaction').open(text, binding)
  if (!opened) throw invalidRequest('the interaction belongs to another browser or server')
  const { client, query, id, at, ...journey } = JSON.parse(decodeUtf8(opened)) as Sealed // sound: sealed by sealJourney
  return { ...journey, clientId: client, params: Params.parse(query), authorizationId: id, receivedAt: at }
}

/** Sealed before it is stored: a dump of the store opens nothing. */
async function storeSealed(server: Environment, sealed: string, expiresAt: number): Promise<string> {
  const handle = `st.${randomToken(server.random, 32)}`
  const id = await sha256Base64url(handle)
  const record = { kind: KIND, id, partition: id, revision: 1, expiresAt, data: { version: 1, sealed } }
  await server.store.commit(batchOf(id, server.clock(), { put: [record] }))
  return handle
}

async function loadSealed(server: Environment, handle: string): Promise<string | null> {
  const id = await sha256Base64url(handle)
  const [record] = await server.store.get(id, [[KIND, id]])
  return record && record.expiresAt > server.clock() ? (record.data['sealed'] as string) : null // sound: storeSealed wrote it
}

function readBinding(server: Environment, http: HttpRequest): string | undefined {
  const value = parseCookies(http.headers.get('cookie')).get(cookieName(server))
  return value !== undefined && /^[A-Za-z0-9_-]{22}$/.test(value) ? value : undefined
}

/** `__Host-` and `Secure` where browsers accept them; http is for loopback only. */
function cookieName({ issuer }: Environment): string {
  return isHttps(issuer) ? '__Host-authlib_interaction' : 'authlib_interaction'
}
