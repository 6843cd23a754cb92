/**
 * Registered names of client metadata, with their types, and what someone meant who wrote another name.
 *
 * @spec RFC 7591 §4.1
 */

import type { MemberTypes } from '../contract/client-member.ts'

type TypeName = keyof MemberTypes

/** By the IANA registry of client metadata. A member that is not listed is kept as it is, and nothing acts upon it. */
export const knownMembers: Readonly<Record<string, TypeName>> = {
  ...named('string', [
    ...['client_id', 'client_secret', 'client_name', 'scope', 'token_endpoint_auth_method', 'application_type'],
    ...['software_id', 'software_version', 'software_statement', 'subject_type', 'tls_client_auth_subject_dn'],
    ...['tls_client_auth_san_dns', 'tls_client_auth_san_uri', 'tls_client_auth_san_ip', 'tls_client_auth_san_email'],
    ...['id_token_signed_response_alg', 'id_token_encrypted_response_alg', 'id_token_encrypted_response_enc'],
    ...['userinfo_signed_response_alg', 'userinfo_encrypted_response_alg', 'userinfo_encrypted_response_enc'],
    ...['request_object_signing_alg', 'request_object_encryption_alg', 'request_object_encryption_enc'],
    ...['token_endpoint_auth_signing_alg', 'authorization_signed_response_alg'],
    ...['authorization_encrypted_response_alg', 'authorization_encrypted_response_enc'],
    ...['introspection_signed_response_alg', 'introspection_encrypted_response_alg'],
    ...['introspection_encrypted_response_enc', 'backchannel_token_delivery_mode'],
    'backchannel_authentication_request_signing_alg',
  ]),
  ...named('strings', [
    ...['redirect_uris', 'grant_types', 'response_types', 'contacts', 'default_acr_values', 'request_uris'],
    ...['post_logout_redirect_uris', 'authorization_details_types', 'claims_redirect_uris'],
  ]),
  ...named('url', [
    ...['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'jwks_uri', 'sector_identifier_uri', 'initiate_login_uri'],
    ...['frontchannel_logout_uri', 'backchannel_logout_uri', 'backchannel_client_notification_endpoint'],
    'registration_client_uri',
  ]),
  ...named('boolean', [
    ...['require_auth_time', 'tls_client_certificate_bound_access_tokens', 'require_signed_request_object'],
    ...['require_pushed_authorization_requests', 'dpop_bound_access_tokens', 'frontchannel_logout_session_required'],
    ...['backchannel_logout_session_required', 'backchannel_user_code_parameter', 'use_mtls_endpoint_aliases'],
  ]),
  ...named('seconds', ['default_max_age', 'client_secret_expires_at', 'client_id_issued_at']),
  ...named('object', ['jwks']),
}

function named(type: TypeName, names: readonly string[]): Record<string, TypeName> {
  return Object.fromEntries(names.map((name) => [name, type]))
}

/** The member that was meant: `clientId` and `redirect_uri` mean registered ones. Undefined for a name of your own. */
export function memberHint(name: string): string | undefined {
  const snake = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[-\s]/g, '_')
    .toLowerCase()
  if (Object.hasOwn(knownMembers, snake)) return snake
  return Object.keys(knownMembers).find((known) => [`${snake}s`, snake.replace(/s$/, '')].includes(known))
}

const grantTypes = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password']

/** The grant type that was meant, such as for `authorization-code` or `code`; undefined for a registered name or a URI. */
export function grantTypeHint(type: string): string | undefined {
  if (grantTypes.includes(type)) return undefined
  if (type === 'code') return 'authorization_code'
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '')
  return grantTypes.find((known) => plain(known) === plain(type))
}
