/** How clients of FAPI prove who they are, and what they send. */

import {
  dpop,
  mutualTls,
  none,
  privateKeyJwt,
  pushedAuthorization,
  signedRequest,
  signedResponse,
  type ClientAuth,
  type ClientExtension,
} from '@authlib/oauth2/client'
import { SetupError } from '@authlib-examples/demo/settings'
import type { Key } from '@authlib/jose'
import { certificateFetch } from './certificate-fetch.ts'
import type { ModuleSettings } from './settings.ts'

export function createClientAuth(settings: ModuleSettings): ClientAuth {
  return settings.variant['client_auth_type'] === 'mtls' ? none() : privateKeyJwt(keyOf(settings))
}

/** Of FAPI 2.0: `sender_constrain`, `fapi_request_method` and `fapi_response_mode` of the variant. */
export function extensionsFor(settings: ModuleSettings): readonly ClientExtension[] {
  const { client_auth_type: auth, sender_constrain: bound, ...variant } = settings.variant
  return [
    ...(bound === 'dpop' ? [dpop()] : []),
    ...(auth === 'mtls' || bound === 'mtls' ? [withCertificate(settings, bound === 'mtls')] : []),
    ...(variant['fapi_request_method'] === 'signed_non_repudiation' ? [signedRequest(keyOf(settings))] : []),
    ...(variant['fapi_response_mode'] === 'jarm' ? [signedResponse({ alg: 'PS256' })] : []),
    pushedAuthorization(),
  ]
}

export function withCertificate({ certificate }: ModuleSettings, boundTokens: boolean): ClientExtension {
  if (certificate === undefined) throw new SetupError('RP_CERTIFICATE and RP_CERTIFICATE_KEY must be set')
  return mutualTls({ fetch: certificateFetch(certificate), boundTokens })
}

export function keyOf({ key }: ModuleSettings): Key {
  if (key === undefined) throw new SetupError('RP_KEY must be set')
  return key
}
