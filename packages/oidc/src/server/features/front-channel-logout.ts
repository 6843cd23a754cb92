/**
 * Front-channel logout: the logout page opens a page of each client in a frame.
 *
 * @spec OpenID Connect Front-Channel Logout 1.0
 */

import type { Json, JsonObject } from '@authlib/core'
import { addQuery } from '@authlib/core/kit'
import { OAuth2Error } from '@authlib/oauth2'
import { clientRegistering, on, type Feature } from '@authlib/oauth2/server'
import { replacedSession, sessionEnding, sessionIdClaim } from '../log-out.ts'

/**
 * Opens the `frontchannel_logout_uri` of each client of the session. Browsers that block third-party cookies keep clients
 * from their cookies there: prefer {@link backChannelLogout}.
 *
 * @example
 * server.register(openId({ claims }), rpInitiatedLogout(), frontChannelLogout())
 */
export function frontChannelLogout(): Feature {
  return {
    kind: 'feature',
    name: 'front_channel_logout',
    metadata: { frontchannel_logout_supported: true, frontchannel_logout_session_supported: true }, // §3
    includes: [
      sessionIdClaim,
      replacedSession,
      {
        kind: 'extension',
        name: 'front_channel_logout',
        handlers: [
          on(clientRegistering, ({ metadata }) => checkUri(metadata)),
          on(sessionEnding, ({ server, sessionId, clients }) => ({
            frames: clients.flatMap(({ metadata }) => {
              const uri = metadata['frontchannel_logout_uri']
              if (typeof uri !== 'string') return []
              const wantsSession = metadata['frontchannel_logout_session_required'] === true
              return [wantsSession ? addQuery(uri, { iss: server.issuer, sid: sessionId }) : uri] // §2
            }),
          })),
        ],
      },
    ],
  }
}

/** A page of the client itself, at the origin of one of its redirect URIs. §2 @throws OAuth2Error `invalid_client_metadata` */
function checkUri({ frontchannel_logout_uri: uri, redirect_uris: redirectUris }: JsonObject): void {
  if (typeof uri !== 'string') return
  const origins = Array.isArray(redirectUris) ? redirectUris.map(originOf) : []
  const origin = originOf(uri)
  if (origin !== null && !uri.includes('#') && origins.includes(origin)) return
  throw new OAuth2Error('invalid_client_metadata', 'frontchannel_logout_uri is not at the origin of a redirect URI')
}

function originOf(uri: Json): string | null {
  return typeof uri === 'string' && /^https?:/i.test(uri) && URL.canParse(uri) ? new URL(uri).origin : null
}
