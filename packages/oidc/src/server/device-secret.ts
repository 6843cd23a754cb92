/**
 * Device secrets: how they are written, and when one is good. A secret belongs to an authorization and ends with it.
 *
 * @spec OpenID Connect Native SSO 1.0 §3.2 §3.4
 */

import type { JsonObject } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import { parseScope } from '@authlib/oauth2'
import {
  sessionSlot,
  slot,
  TOKEN_EXCHANGE,
  type Authorization,
  type Server,
  type Slot,
  type TokenRequest,
} from '@authlib/oauth2/server'

/** The scope value that asks for a device secret. §3.1 */
export const DEVICE_SSO = 'device_sso'

/** What is kept of the secret: a hash, and when it ends, NumericDate. */
type KeptSecret = { readonly hash: string; readonly until: number }
const secretSlot: Slot<KeptSecret> = slot<KeptSecret>('deviceSecret')

const LABEL = 'device_secret'

/** `ds_<authorization>.<random>.<mac>`: whatever is not of this server is told from what has ended. */
const SECRET = /^(?:[a-z][a-z0-9]{0,15}_)?ds_([\w-]{22}(?:~[\w-]{12}){0,8})\.[\w-]{43}\.([\w-]{43})$/

/** What a token request is answered with. */
export interface AnsweredSecret {
  readonly secret: string
  /** It belongs to this authorization, not to one that it derives from. */
  readonly isOwn: boolean
}

/** The request, and what is issued for it. */
export interface Answering {
  readonly server: Server
  readonly request: TokenRequest
  readonly authorization: Authorization
  readonly accessToken: string
}

/**
 * The secret of an answer; null: it has none. A new one follows from the access token, so that the ID Token and the response
 * find the same one, whichever is made first.
 */
export async function secretOfAnswer(answering: Answering): Promise<AnsweredSecret | null> {
  const { server, request, authorization, accessToken } = answering
  if (!isWanted(request, authorization)) return null
  const { grantType, params } = request
  if (grantType === TOKEN_EXCHANGE) return { secret: params.get('actor_token') ?? '', isOwn: false }
  const sent = grantType === 'refresh_token' ? params.get('device_secret') : undefined // §3.4: an invalid one counts as none
  if (sent !== undefined) {
    const owner = await ownerOf(server, sent)
    if (owner && isOfFamily(owner.id, authorization.id) && (await isAlive(server, owner, sent))) {
      return { secret: sent, isOwn: owner.id === authorization.id }
    }
  }
  const random = await server.mac(`${LABEL}_value`).sign(`${authorization.id} ${accessToken}`)
  const text = `${server.tokenPrefix}ds_${authorization.id}.${random}`
  return { secret: `${text}.${await server.mac(LABEL).sign(text)}`, isOwn: true }
}

/** §3.3: what was granted, or asked for by a refresh. An ID Token goes along, so there must be a login. §3.4 */
function isWanted({ grantType, params, client }: TokenRequest, { scope, subject, authTime }: Authorization): boolean {
  if (!['authorization_code', 'refresh_token', TOKEN_EXCHANGE].includes(grantType)) return false
  const narrowed = grantType === 'refresh_token' && params.has('scope') ? parseScope(params.get('scope')) : scope
  const has = (word: string): boolean => scope.includes(word) && narrowed.includes(word) && client.scope.includes(word)
  return subject !== undefined && authTime !== undefined && has(DEVICE_SSO) && has('openid')
}

/** What to keep with the authorization. `until` is NumericDate. */
export async function keepSecret(secret: string, until: number): Promise<JsonObject> {
  return secretSlot.write({ hash: await sha256Base64url(secret), until })
}

/** The id of the authorization that a secret names; null for what this server has not made. */
export async function authorizationOfSecret(server: Server, secret: string): Promise<string | null> {
  const match = secret.length > 512 ? null : SECRET.exec(secret)
  if (!match?.[1] || !match[2]) return null
  const isOurs = await server.mac(LABEL).verify(secret.slice(0, -1 - match[2].length), match[2])
  return isOurs ? match[1] : null
}

async function ownerOf(server: Server, secret: string): Promise<Authorization | null> {
  const id = await authorizationOfSecret(server, secret)
  return id === null ? null : server.authorizations.find(id)
}

/** Whether the secret is the current one of a live authorization. */
export async function isAlive(server: Server, owner: Authorization, secret: string): Promise<boolean> {
  const kept = secretSlot.read(owner)
  const isCurrent = kept?.hash === (await sha256Base64url(secret)) && kept.until > server.clock()
  return isCurrent && owner.status === 'active'
}

/** The authorization itself, or one that it derives from. */
function isOfFamily(ownerId: string, id: string): boolean {
  return id === ownerId || id.startsWith(`${ownerId}~`)
}

/** `ds_hash`: a secret leaves no trace that could be searched for. §3.4.1 */
export async function secretHash(server: Server, secret: string): Promise<string> {
  return server.mac(`${LABEL}_hash`).sign(secret)
}

export async function isHashOf(server: Server, hash: unknown, secret: string): Promise<boolean> {
  return typeof hash === 'string' && (await server.mac(`${LABEL}_hash`).verify(secret, hash))
}

/** `sid`: the login session, or else a name of the login that the first application has made. §3.4.1 */
export async function sessionIdOf(authorization: Authorization): Promise<string> {
  const root = authorization.id.split('~', 1)[0]!
  return sessionSlot.read(authorization) ?? (await sha256Base64url(`native_sso ${root}`)).slice(0, 22)
}
