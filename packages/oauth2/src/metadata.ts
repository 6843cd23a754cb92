/**
 * Authorization server metadata.
 *
 * @spec RFC 8414 §2
 */

import type { Json } from '@authlib/core'

/** Wire names, as published. Extensions add their own members. */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly authorization_endpoint?: string
  readonly token_endpoint?: string
  readonly jwks_uri?: string
  readonly registration_endpoint?: string
  readonly revocation_endpoint?: string
  readonly introspection_endpoint?: string
  readonly userinfo_endpoint?: string
  readonly end_session_endpoint?: string
  readonly scopes_supported?: readonly string[]
  readonly response_types_supported?: readonly string[]
  readonly response_modes_supported?: readonly string[]
  readonly grant_types_supported?: readonly string[]
  readonly token_endpoint_auth_methods_supported?: readonly string[]
  readonly revocation_endpoint_auth_methods_supported?: readonly string[]
  readonly introspection_endpoint_auth_methods_supported?: readonly string[]
  readonly code_challenge_methods_supported?: readonly string[]
  readonly authorization_response_iss_parameter_supported?: boolean
  readonly [member: string]: Json | undefined
}

/** Where RFC 8414 §3 puts the document, below the root and before the issuer's path. */
export const AUTHORIZATION_SERVER_METADATA = 'oauth-authorization-server'

/** Where OpenID Connect Discovery §4 puts it, behind the issuer's path. */
export const OPENID_CONFIGURATION = 'openid-configuration'
