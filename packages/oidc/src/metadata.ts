/**
 * What an OpenID provider publishes about itself, beside the metadata of an authorization server.
 *
 * @spec OpenID Connect Discovery 1.0 §3
 */

import type { AuthorizationServerMetadata } from '@authlib/oauth2'

/** Wire names, as published. */
export interface OpenIDProviderMetadata extends AuthorizationServerMetadata {
  readonly authorization_endpoint: string
  readonly jwks_uri: string
  readonly response_types_supported: readonly string[]
  readonly subject_types_supported: readonly ('public' | 'pairwise')[]
  readonly id_token_signing_alg_values_supported: readonly string[]
  readonly id_token_encryption_alg_values_supported?: readonly string[]
  readonly id_token_encryption_enc_values_supported?: readonly string[]
  readonly userinfo_signing_alg_values_supported?: readonly string[]
  readonly userinfo_encryption_alg_values_supported?: readonly string[]
  readonly userinfo_encryption_enc_values_supported?: readonly string[]
  readonly request_object_signing_alg_values_supported?: readonly string[]
  readonly acr_values_supported?: readonly string[]
  readonly display_values_supported?: readonly string[]
  readonly claim_types_supported?: readonly string[]
  readonly claims_supported?: readonly string[]
  readonly claims_locales_supported?: readonly string[]
  readonly ui_locales_supported?: readonly string[]
  /** Initiating User Registration via OpenID Connect §4.2 */
  readonly prompt_values_supported?: readonly string[]
  /** Default false. */
  readonly claims_parameter_supported?: boolean
  /** Default false. */
  readonly request_parameter_supported?: boolean
  /** Default true, against what one would expect. */
  readonly request_uri_parameter_supported?: boolean
  /** Default false. */
  readonly require_request_uri_registration?: boolean
  readonly service_documentation?: string
  readonly op_policy_uri?: string
  readonly op_tos_uri?: string
}
