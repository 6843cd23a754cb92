/** The plans of OpenID Connect Core: a login with the code flow or `code id_token`, and userinfo. */

import { clientSecretBasic, clientSecretPost } from '@authlib/oauth2/client'
import { fetchUserinfo, OpenIDClient } from '@authlib/oidc/client'
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
  if (/-(discovery-jwks-uri-keys|form-post-error)$/.test(module)) return
  if (module.endsWith('-signing-key-rotation')) {
    await fetchUserinfo(client, token)
    await fetchUserinfo(client, (await logIn(client, settings, say)).token)
  } else if (module.includes('refresh')) {
    say(`userinfo of ${(await fetchUserinfo(client, await client.refresh(token))).sub}`)
  } else {
    say(`userinfo: ${Object.keys(await fetchUserinfo(client, token)).join(' ')}`)
  }
}

export function createClient(settings: RegisteredSettings): OpenIDClient {
  const { issuer, module, clientId, clientSecret, variant, extensions } = settings
  const auth = variant['client_auth_type']
  const everything = /-(scope-userinfo-claims|aggregated-claims)$/.test(module)
  return new OpenIDClient({
    issuer,
    clientId,
    ...(auth === 'client_secret_post' && { clientAuth: clientSecretPost(clientSecret) }),
    ...(auth === 'client_secret_basic' && { clientAuth: clientSecretBasic(clientSecret) }),
    ...(auth === undefined && { clientSecret }),
    scope: everything ? ['profile', 'email', 'address', 'phone'] : module.includes('refresh') ? ['offline_access'] : [],
    idTokenAlg: 'RS256', // as it is registered
    ...(module.endsWith('-userinfo-signed') && { userinfoAlg: 'RS256' }),
    ...(variant['response_type'] === 'code id_token' && { responseType: 'code id_token' as const }),
    extensions,
  })
}

/** A whole login, with the browser in between. */
export async function logIn(
  client: OpenIDClient,
  { module, origin, variant }: ModuleSettings,
  say: Say,
): ReturnType<OpenIDClient['finishAuthorization']> {
  const { url, login } = await client.createAuthorization({
    redirectUri: `${origin}/cb`,
    ...(variant['response_mode'] === 'form_post' && { responseMode: 'form_post' as const }),
    ...(module.endsWith('-form-post-error') && { prompt: ['none' as const], maxAge: 0 }),
  })
  const result = await client.finishAuthorization(await browse(url, origin), login)
  say(`logged in as ${result.claims.sub}`)
  return result
}
