/**
 * Native SSO: the login of another application of the same vendor on the same device.
 *
 * @spec OpenID Connect Native SSO 1.0 §3.3 §4
 */

import type { Awaitable, CallOptions } from '@authlib/core'
import { exchangeToken, type ClientExtension, type Token, type TokenClient } from '@authlib/oauth2/client'

export interface NativeSsoOptions extends CallOptions {
  /** The ID Token that came with the device secret, as the first application got it. */
  readonly idToken: string
  /** What the applications share. Secret. */
  readonly deviceSecret: string
  /** Default: what the provider chooses. `openid` is added. */
  readonly scope?: readonly string[] | undefined
}

const DEVICE_SECRET = 'urn:openid:params:token-type:device-secret'

/**
 * Tokens of this application for the person who has logged in to another one. Its ID Token, if there is one, is validated.
 * The specification is a draft, and this function may change with it.
 *
 * @throws OAuth2ClientError `invalid_grant` when the login has ended, `interaction_required` when the person must be asked: then
 * begin a login, and what else the provider answers
 * @example
 * const token = await experimentalNativeSso(client, { idToken, deviceSecret, scope: ['offline_access', 'device_sso'] })
 */
export function experimentalNativeSso(
  client: TokenClient,
  { idToken, deviceSecret, scope, signal }: NativeSsoOptions,
): Promise<Token> {
  const { issuer } = client.context
  if (issuer === undefined) throw new TypeError('Native SSO needs a client with an issuer')
  return exchangeToken(client, {
    subjectToken: idToken,
    subjectTokenType: 'id_token',
    actorToken: deviceSecret,
    actorTokenType: DEVICE_SECRET,
    audience: issuer, // §4.1
    scope: scope && [...new Set(['openid', ...scope])],
    signal,
  })
}

/** Where the applications of a vendor keep what they share, such as the keychain. */
export interface DeviceSecrets {
  /** What is there; null for nothing. */
  readonly load: () => Awaitable<string | null>
  /** A new secret, with the ID Token that belongs to it. */
  readonly save: (deviceSecret: string, idToken: string) => Awaitable<void>
}

/**
 * Sends the device secret along with codes and refreshes, and keeps what comes back. Ask for the scope `device_sso`.
 *
 * @example
 * const client = new OpenIDClient({ issuer, clientId, scope: ['offline_access', 'device_sso'], extensions: [experimentalDeviceSecrets(keychain)] })
 */
export function experimentalDeviceSecrets({ load, save }: DeviceSecrets): ClientExtension {
  return {
    name: 'device_secrets',
    async send(request, next) {
      const grantType = request.params['grant_type']
      if (grantType !== 'authorization_code' && grantType !== 'refresh_token') return next(request)
      const secret = await load()
      return next(secret === null ? request : { ...request, params: { ...request.params, device_secret: secret } }) // §3.3
    },
    async token(token, { members }) {
      const secret = members?.['device_secret']
      const idToken = members?.['id_token']
      if (typeof secret === 'string' && typeof idToken === 'string') await save(secret, idToken)
      return token
    },
  }
}
