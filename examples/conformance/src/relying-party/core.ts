/** The plans of OpenID Connect Core: a login by any response type, and userinfo where there is an access token. */

import { clientSecretBasic, clientSecretPost, type Token } from '@authlib/oauth2/client'
import {
  fetchUserinfo,
  IdTokenClient,
  insecureFrontChannelTokens,
  OpenIDClient,
  type OpenIDLoginResult,
} from '@authlib/oidc/client'
import { browse } from './browser.ts'
import { listening } from './listener.ts'
import { register, type RegisteredSettings } from './registration.ts'
import type { ModuleSettings } from './settings.ts'

/** Tells what happens, step by step. */
export type Say = (text: string) => void

export async function runCore(settings: ModuleSettings, say: Say): Promise<void> {
  const registered = await register(settings)
  await listening(settings.port, registered.pages, () => drive(registered, say))
}

async function drive(settings: RegisteredSettings, say: Say): Promise<void> {
  const client = createClient(settings)
  const { token } = await logIn(client, settings, say)
  const { module } = settings
  if (token === undefined) return // `id_token` alone
  if (/-(discovery-jwks-uri-keys|form-post-error)$/.test(module)) return
  if (module.endsWith('-signing-key-rotation')) {
    await fetchUserinfo(client, token)
    const { token: second = token } = await logIn(client, settings, say)
    await fetchUserinfo(client, second)
  } else if (module.includes('refresh') && client instanceof OpenIDClient) {
    say(`userinfo of ${(await fetchUserinfo(client, await client.refresh(token))).sub}`)
  } else {
    say(`userinfo: ${Object.keys(await fetchUserinfo(client, token)).join(' ')}`)
  }
}

/** Without a code where the response type has none. */
export function createClient(settings: RegisteredSettings): OpenIDClient | IdTokenClient {
  const { issuer, module, clientId, clientSecret, variant } = settings
  const auth = variant['client_auth_type']
  const responses = (variant['response_type'] ?? 'code').split(' ')
  const everything = /-(scope-userinfo-claims|aggregated-claims)$/.test(module)
  const options = {
    issuer,
    clientId,
    scope: everything ? ['profile', 'email', 'address', 'phone'] : module.includes('refresh') ? ['offline_access'] : [],
    idTokenAlg: 'RS256', // as it is registered
    ...(module.endsWith('-userinfo-signed') && { userinfoAlg: 'RS256' }),
    extensions: [...(responses.includes('token') ? [insecureFrontChannelTokens()] : []), ...settings.extensions],
  }
  if (!responses.includes('code')) return new IdTokenClient(options)
  return new OpenIDClient({
    ...options,
    ...(auth === 'client_secret_post' && { clientAuth: clientSecretPost(clientSecret) }),
    ...(auth === 'client_secret_basic' && { clientAuth: clientSecretBasic(clientSecret) }),
    ...(auth === undefined && { clientSecret }),
    ...(responses.includes('id_token') && { responseType: 'code id_token' as const }),
  })
}

/** What the modules look at after a login. */
export interface ModuleLogin extends Pick<OpenIDLoginResult, 'callback' | 'claims'> {
  readonly token?: Token | undefined
  readonly idToken: string | undefined
}

/** A whole login, with the browser in between. */
export async function logIn(
  client: OpenIDClient | IdTokenClient,
  { module, origin, variant }: ModuleSettings,
  say: Say,
): Promise<ModuleLogin> {
  const { url, login } = await client.createAuthorization({
    redirectUri: `${origin}/cb`,
    ...(variant['response_mode'] === 'form_post' && { responseMode: 'form_post' as const }),
    ...(module.endsWith('-form-post-error') && { prompt: ['none' as const], maxAge: 0 }),
  })
  const callback = await browse(url, origin)
  const result = await client.finishAuthorization(callback, login)
  say(`logged in as ${result.claims.sub}`)
  return 'idToken' in result ? result : { ...result, idToken: result.token.idToken }
}
