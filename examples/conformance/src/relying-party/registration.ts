/** A client that registers itself, and hands its requests over by reference: the dynamic plans. */

import { noStore, type JsonObject, type Mountable } from '@authlib/core'
import { generateKey, type Key } from '@authlib/jose'
import { registerClient, signedRequest, type ClientExtension } from '@authlib/oauth2/client'
import type { ModuleSettings } from './settings.ts'

/** As a client knows itself after it registered. */
export interface RegisteredSettings extends ModuleSettings {
  readonly extensions: readonly ClientExtension[]
  /** What must be listened for while the module runs. */
  readonly pages: readonly Mountable[]
}

/** Registers the client where the variant wants it. */
export async function register(settings: ModuleSettings): Promise<RegisteredSettings> {
  const { issuer, module, origin, variant } = settings
  if (variant['client_registration'] !== 'dynamic_client') return { ...settings, extensions: [], pages: [] }
  const key = await generateKey('RS256', { kid: 'request-1' })
  const byReference = variant['request_type'] === 'request_uri'
  const { clientId, clientSecret = '' } = await registerClient(
    {
      client_name: 'Authlib',
      contacts: ['ops@rp.example'],
      redirect_uris: [`${origin}/cb`],
      post_logout_redirect_uris: [`${origin}/loggedout`],
      initiate_login_uri: `${origin}/initiate_login`,
      response_types: [variant['response_type'] ?? 'code'],
      grant_types: ['authorization_code', ...(variant['response_type']?.includes('token') ? ['implicit'] : [])],
      token_endpoint_auth_method: variant['client_auth_type'] ?? 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      jwks: { keys: [key.publicJwk() as JsonObject] }, // sound: a key has JSON members only
      ...(byReference && { request_uris: [`${origin}${PATH}`], request_object_signing_alg: 'RS256' }),
      ...(module.endsWith('userinfo-signed') && { userinfo_signed_response_alg: 'RS256' }),
    },
    { issuer },
  )
  const reference = requestByReference(key, origin)
  return {
    ...settings,
    clientId,
    clientSecret,
    extensions: byReference ? reference.extensions : [],
    pages: byReference ? [reference.page] : [],
  }
}

const PATH = '/request.jwt'

/** OpenID Connect Core §6.2: the provider fetches the signed request from us. */
function requestByReference(
  key: Key,
  origin: string,
): { readonly extensions: readonly ClientExtension[]; readonly page: Mountable } {
  let published = ''
  const replace: ClientExtension = {
    name: 'request_by_reference',
    authorizingPhase: 'sign', // after `signedRequest`, which stands before it
    authorizing(draft, _options, { clientId }) {
      published = String(draft.params['request'])
      const required = { client_id: clientId, response_type: 'code', scope: draft.login.scope.join(' ') }
      return { ...draft, params: { ...required, request_uri: `${origin}${PATH}` } }
    },
  }
  const page: Mountable = {
    routes: [{ path: PATH, methods: ['GET'] }],
    handle: () => {
      const headers = [['content-type', 'application/oauth-authz-req+jwt'] as const, ...noStore]
      return Promise.resolve({ status: 200, headers, body: published })
    },
  }
  return { extensions: [signedRequest(key), replace], page }
}
