/**
 * Back-channel logout: clients are told by a signed logout token, sent from server to server.
 *
 * @spec OpenID Connect Back-Channel Logout 1.0
 */

import { isHttps, randomToken, type JsonObject } from '@authlib/core'
import { assertSeconds, isLoopbackHost, refuseUnknownOptions } from '@authlib/core/kit'
import { signJwt } from '@authlib/jose'
import { OAuth2Error } from '@authlib/oauth2'
import { clientRegistering, deliveryRecord, on, type Client, type Feature, type Server } from '@authlib/oauth2/server'
import { replacedSession, sessionEnding, sessionIdClaim } from '../log-out.ts'
import { clientAnswer, firstOf, subjectFor } from '../moments.ts'
import { registeredAlgorithm, signatureAlgorithms } from '../registration.ts'
import { signingKeyFor } from '../signing.ts'

export interface BackChannelLogoutOptions {
  /** Seconds that a logout token is valid. §2.4 recommends at most two minutes. Default 120. */
  readonly lifetime?: number | undefined
  /** Seconds to wait for a client. Default 5. */
  readonly timeout?: number | undefined
}

const DELIVERY = 'backchannel_logout'
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

type LogoutData = { readonly clientId: string; readonly sessionId: string; readonly subject: string }

/**
 * Sends a logout token to each client of the session with a `backchannel_logout_uri`. A client that does not answer is tried
 * again for a day by `server.deliverDue()`; each result is an event `delivery.done` or `delivery.failed`.
 *
 * @example
 * server.register(openId({ claims }), rpInitiatedLogout(), backChannelLogout())
 * setInterval(() => void server.deliverDue(), 60_000)
 */
export function backChannelLogout({ lifetime = 120, timeout = 5, ...others }: BackChannelLogoutOptions = {}): Feature {
  refuseUnknownOptions('backChannelLogout', others)
  assertSeconds({ lifetime, timeout }, 1)
  return {
    kind: 'feature',
    name: 'back_channel_logout',
    settings: { lifetime },
    metadata: { backchannel_logout_supported: true, backchannel_logout_session_supported: true }, // §2.1
    includes: [
      sessionIdClaim,
      replacedSession,
      {
        kind: 'extension',
        name: 'back_channel_logout',
        handlers: [
          on(clientRegistering, ({ metadata, server }) => checkUri(metadata, server)),
          on(sessionEnding, ({ server, sessionId, subject, clients }) => {
            const told = clients.filter((client) => logoutUri(client) !== undefined)
            const deliveries = told.map(({ clientId }) => {
              const data: LogoutData = { clientId, sessionId, subject }
              return deliveryRecord(server, { name: DELIVERY, partition: sessionId, data })
            })
            return { deliveries }
          }),
        ],
      },
      {
        kind: 'delivery',
        name: DELIVERY,
        deliver: (data, server) => send(server, data as LogoutData, { lifetime, timeout }), // sound: written above
      },
    ],
  }
}

async function send(
  server: Server,
  { clientId, sessionId, subject }: LogoutData,
  { lifetime, timeout }: Required<Record<keyof BackChannelLogoutOptions, number>>,
): Promise<boolean> {
  const client = await server.clients.find(clientId)
  const uri = client ? logoutUri(client) : undefined
  if (!client || uri === undefined) return true // removed meanwhile: no one is left to tell
  const token = await createLogoutToken(server, client, { sessionId, subject, lifetime })
  const body = new URLSearchParams({ logout_token: token }) // §2.5
  const { status } = await server.send(uri, { body, timeout, maxBody: 65_536 })
  if (status === 200 || status === 204) return true // §2.8
  throw new Error(`HTTP status ${status}`)
}

async function createLogoutToken(
  server: Server,
  client: Client,
  { sessionId, subject, lifetime }: { sessionId: string; subject: string; lifetime: number },
): Promise<string> {
  const alg = registeredAlgorithm(client, 'id_token_signed_response_alg', server) ?? signatureAlgorithms(server)[0]!
  const key = await signingKeyFor(server, client, alg) // §2.4: signed like ID Tokens
  const now = server.clock()
  const claims: JsonObject = {
    iss: server.issuer,
    aud: client.clientId,
    iat: now,
    exp: now + lifetime,
    jti: randomToken(server.random, 16),
    events: { [EVENT]: {} },
    sub: await subjectFor({ server, client, subject }),
    sid: sessionId,
  }
  const content = await signJwt(claims, key, { alg, typ: 'logout+jwt', lifetime: null }) // sound: claims of the right types
  return (await firstOf(server.handlers(clientAnswer), { server, client, use: 'id_token', content })) ?? content // §2.4
}

function logoutUri({ metadata }: Client): string | undefined {
  const uri = metadata['backchannel_logout_uri']
  return typeof uri === 'string' ? uri : undefined
}

/** Plain http is for providers in development. §2.2 @throws OAuth2Error `invalid_client_metadata` */
function checkUri({ backchannel_logout_uri: uri }: JsonObject, { issuer }: Server): void {
  if (typeof uri !== 'string') return
  if ((isHttps(uri) || isLoopbackHost(new URL(issuer).hostname)) && !uri.includes('#')) return
  throw new OAuth2Error('invalid_client_metadata', 'backchannel_logout_uri must be an https URL without a fragment')
}
