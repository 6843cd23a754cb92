/**
 * Native SSO: a person who has logged in to one application of a vendor is logged in to the others on the same device, by a
 * secret that the applications share.
 *
 * @spec OpenID Connect Native SSO 1.0
 * @spec RFC 8693 §2
 */

import { AuthlibError, type Awaitable } from '@authlib/core'
import { assertOptions, assertSeconds } from '@authlib/core/kit'
import { decodeUnverifiedJwt, idTokenPolicy, JoseError, verifyJwt } from '@authlib/jose'
import { coversScope, invalidGrant, invalidRequest, invalidScope, OAuth2Error, parseScope } from '@authlib/oauth2'
import {
  exchangedTokens,
  isPublicClient,
  newAuthorization,
  on,
  rememberedScope,
  sessionEnded,
  sessionSlot,
  slot,
  type Authorization,
  type Client,
  type Extension,
  type IssuePlan,
  type Server,
  type Slot,
  type TokenRequest,
} from '@authlib/oauth2/server'
import type { IdTokenClaims } from '../../claims.ts'
import {
  authorizationOfSecret,
  DEVICE_SSO,
  isAlive,
  isHashOf,
  keepSecret,
  secretHash,
  secretOfAnswer,
  sessionIdOf,
} from '../device-secret.ts'
import { idTokenClaims, subjectOf } from '../moments.ts'
import { hintKeys } from '../signing.ts'

/** An application that wants the login of another one. */
export interface NativeSsoRequest {
  readonly server: Server
  /** The one that asks. */
  readonly client: Client
  /** The one that the ID Token is for. */
  readonly from: Client
  readonly subject: string
  readonly scope: readonly string[]
}

export interface NativeSsoOptions {
  /** Whether these two clients share logins: they are of one vendor. There is no default. §4.3 */
  readonly allow: (request: NativeSsoRequest) => Awaitable<boolean>
  /** Seconds that a device secret is good for; a refresh that sends it along begins them again. Default 30 days. */
  readonly lifetime?: number | undefined
}

/** The `actor_token_type`. §4.1 */
export const DEVICE_SECRET = 'urn:openid:params:token-type:device-secret'

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * Gives clients with the scope `device_sso` a device secret, and takes it at the token exchange grant, which must be registered.
 * All that comes of a secret ends with the authorization that it belongs to. The specification is a draft, and this feature
 * may change with it.
 *
 * @throws AuthlibError `missing_scope` when the scopes of the server lack `device_sso`
 * @example
 * const ours = new Set(['mail', 'calendar'])
 * server.register(tokenExchangeGrant({ allow: () => false }))
 * server.register(experimentalNativeSso({ allow: ({ client, from }) => ours.has(client.clientId) && ours.has(from.clientId) }))
 */
export function experimentalNativeSso(options: NativeSsoOptions): Extension {
  assertOptions('experimentalNativeSso', options, { allow: 'function', lifetime: null })
  const { allow, lifetime = 30 * 86_400 } = options
  assertSeconds({ lifetime }, 1)
  return {
    kind: 'extension',
    name: 'native_sso',
    settings: { lifetime },
    metadata(server) {
      if (server.scopes?.includes(DEVICE_SSO) === false) {
        throw new AuthlibError('missing_scope', 'The scopes of the server lack device_sso, so it would be ignored')
      }
      return { native_sso_supported: true, scopes_supported: [DEVICE_SSO] } // §5
    },

    /** §4.3: refresh tokens end with the session that they came from. */
    async validateTokenRequest({ server, grantType }, authorization) {
      if (grantType === 'refresh_token' && boundSlot.read(authorization) === true)
        await requireSession(server, authorization)
    },

    async tokenResponse({ draft, accessToken }, request) {
      if (request.kind !== 'token') return undefined
      const { server } = request
      const answered = await secretOfAnswer({ server, request, authorization: draft.authorization, accessToken })
      if (!answered) return undefined
      const { secret, isOwn } = answered
      const params = { device_secret: secret }
      if (!isOwn) return { params }
      const until = draft.issuedAt + lifetime
      return { params, update: { data: await keepSecret(secret, until), expiresAt: until } }
    },

    handlers: [
      on(idTokenClaims, async ({ server, authorization, accessToken, request }) => {
        if (!request || accessToken === undefined) return undefined
        const answered = await secretOfAnswer({ server, request, authorization, accessToken })
        if (!answered) return undefined
        return { ds_hash: await secretHash(server, answered.secret), sid: await sessionIdOf(authorization) } // §3.4.1
      }),
      on(exchangedTokens, ({ request, actorType }) =>
        actorType === DEVICE_SECRET ? shareLogin(request, allow) : undefined,
      ),
    ],
  }
}

/** §4.3 in its order. @throws OAuth2Error */
async function shareLogin(request: TokenRequest, allow: NativeSsoOptions['allow']): Promise<IssuePlan> {
  const { server, client } = request
  const { secret, idToken } = readTokens(request)
  const scope = scopeOf(request)
  const origin = await findOrigin(server, secret)
  const { claims, from } = await verifyIdToken(server, idToken)
  if (!(await isHashOf(server, claims['ds_hash'], secret))) throw invalidRequest('the tokens do not belong together')
  const { subject = '', authTime, acr, amr, index } = origin
  const isSame = (await subjectOf({ server, client: from, sub: claims.sub })) === subject
  if (!isSame || claims.sid !== (await sessionIdOf(origin))) throw invalidRequest('the tokens do not belong together')
  await requireSession(server, origin)
  if (!(await allow({ server, client, from, subject, scope }))) {
    throw new OAuth2Error('unauthorized_client', 'the client may not share this login')
  }
  await requireConsent(server, client, subject, scope)
  const session = sessionSlot.read(origin)
  const data = session === undefined ? {} : { ...sessionSlot.write(session), ...boundSlot.write(isBound(origin)) }
  return {
    authorization: {
      ...newAuthorization(request, { subject, scope, data, parent: origin }), // ends with the login of the first application
      authTime,
      acr,
      amr,
      ...(index?.session !== undefined && { index: { session: index.session } }),
    },
    scope,
    refreshable: true,
    params: { issued_token_type: ACCESS_TOKEN }, // §4.4
  }
}

/** §4.1 @throws OAuth2Error `invalid_request`, `invalid_target` */
function readTokens({ server, params }: TokenRequest): { readonly secret: string; readonly idToken: string } {
  const [secret, idToken] = [params.get('actor_token'), params.get('subject_token')]
  if (secret === undefined) throw invalidRequest('actor_token is missing')
  if (idToken === undefined) throw invalidRequest('subject_token is missing')
  if (params.get('subject_token_type') !== ID_TOKEN)
    throw invalidRequest('subject_token_type must be that of an ID Token')
  if ((params.get('requested_token_type') ?? ACCESS_TOKEN) !== ACCESS_TOKEN)
    throw invalidRequest('requested_token_type is not supported')
  const audience = params.all('audience')
  if (audience.length === 0) throw invalidRequest('audience is missing')
  if (audience.length > 1 || audience[0] !== server.issuer)
    throw new OAuth2Error('invalid_target', 'audience must be the issuer')
  return { secret, idToken }
}

/** §4.1 @throws OAuth2Error `invalid_scope` */
function scopeOf({ server, client, params }: TokenRequest): readonly string[] {
  if (!params.has('scope')) return server.defaultScope(client)
  const scope = parseScope(params.get('scope'))
  if (!scope.includes('openid')) throw invalidScope('scope must have openid')
  if (!coversScope(client.scope, scope)) throw invalidScope('the client may not ask for this scope')
  return scope
}

/** The authorization that the secret belongs to. @throws OAuth2Error */
async function findOrigin(server: Server, secret: string): Promise<Authorization> {
  const id = await authorizationOfSecret(server, secret)
  if (id === null) throw invalidRequest('actor_token is not valid') // RFC 8693 §2.2.2
  const origin = await server.authorizations.find(id)
  if (!origin || !(await isAlive(server, origin, secret))) throw ended('the device secret has ended or was replaced')
  if (origin.id.split('~').length > 8) throw ended('too many logins were derived from another')
  return origin
}

/** Our own, perhaps expired, for any of our clients. §4.3, §6.3 @throws OAuth2Error `invalid_request` */
async function verifyIdToken(
  server: Server,
  idToken: string,
): Promise<{ readonly claims: IdTokenClaims; readonly from: Client }> {
  try {
    const { aud } = decodeUnverifiedJwt(idToken).claims
    const clientId = (typeof aud === 'string' ? aud : aud?.[0]) ?? ''
    const from = await server.clients.find(clientId)
    if (!from) throw invalidRequest('subject_token is not valid', { reason: 'it is for no client' })
    const { keys, algorithms } = await hintKeys(server, from, idToken)
    const policy = {
      ...idTokenPolicy({ issuer: server.issuer, clientId, algorithms }),
      typOptional: false,
      clock: server.clock,
      leeway: Number.MAX_SAFE_INTEGER,
    }
    return { claims: (await verifyJwt<IdTokenClaims>(idToken, keys, policy)).claims, from }
  } catch (error) {
    if (!(error instanceof JoseError || error instanceof TypeError)) throw error
    throw invalidRequest('subject_token is not valid', { cause: error })
  }
}

/** Whether a login that was shared ends with the session, whatever it was granted itself. */
const boundSlot: Slot<boolean> = slot<boolean>('nativeSsoBound')

/** What was given with `offline_access` outlives the session of the browser. §4.3 */
function isBound(origin: Authorization): boolean {
  return boundSlot.read(origin) ?? !origin.scope.includes('offline_access')
}

/** @throws OAuth2Error `invalid_grant` */
async function requireSession(server: Server, origin: Authorization): Promise<void> {
  const session = sessionSlot.read(origin)
  if (session === undefined || !isBound(origin)) return
  if (await sessionEnded(server, session)) throw ended('the session has ended')
}

/** Nobody can be asked here. §4.3, §4.4 @throws OAuth2Error `interaction_required` */
async function requireConsent(
  server: Server,
  client: Client,
  subject: string,
  scope: readonly string[],
): Promise<void> {
  if (client.skipConsent === true) return
  const isNative = isPublicClient(client) && client.applicationType === 'native' // anyone can claim to be it. RFC 8252 §8.6
  const approved = isNative ? null : await rememberedScope(server, subject, client.clientId)
  if (approved === null || !coversScope(approved, scope)) throw new OAuth2Error('interaction_required')
}

function ended(reason: string): OAuth2Error {
  return invalidGrant('the login has ended', { reason })
}
