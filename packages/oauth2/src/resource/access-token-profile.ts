/**
 * How access tokens of an issuer look: RFC 9068, and issuers whose tokens are older than it. Data only; spread a profile
 * to change it.
 *
 * @spec RFC 9068 §2
 */

/** The form of an issuer's access tokens. */
export interface AccessTokenProfile {
  /** Values of the header `typ`, in any case. */
  readonly typ: readonly string[]
  /** A token without `typ` passes too. */
  readonly typOptional: boolean
  /** Claims that must be there. `iss` and `exp` always must. */
  readonly required: readonly string[]
  /** Claims that name the client; the first one that is there counts, and one of them must be. */
  readonly clientId: readonly string[]
  /** Claims that carry the scope; the first one that is there counts. */
  readonly scope: readonly string[]
  /** A string with spaces between the values, or an array of values. */
  readonly scopeForm: 'string' | 'array'
  /** The claim that `audience` is compared with. */
  readonly audience: string
  /** Claims that tell an access token from the other tokens of the issuer: each must have one of its values. */
  readonly values: Readonly<Record<string, readonly string[]>>
}

/** JWT access tokens as specified. RFC 9068 §2 */
export const rfc9068Profile: AccessTokenProfile = {
  typ: ['at+jwt'],
  typOptional: false,
  required: ['aud', 'sub', 'client_id', 'iat', 'jti'],
  clientId: ['client_id'],
  scope: ['scope'],
  scopeForm: 'string',
  audience: 'aud',
  values: {},
}

/**
 * Keycloak. Give the client an audience mapper for the API; without one `aud` is `account`. Roles are in
 * `claims.realm_access` and `claims.resource_access`.
 */
export const keycloakProfile: AccessTokenProfile = {
  ...rfc9068Profile,
  typ: ['JWT', 'at+jwt'],
  required: ['aud', 'iat', 'jti'],
  clientId: ['azp', 'client_id'],
  values: { typ: ['Bearer', 'DPoP'] }, // in the payload; ID Tokens say ID, refresh tokens Refresh
}

/**
 * Microsoft Entra ID. `audience` is the application ID of the API (version 2) or its application ID URI (version 1).
 * Application permissions are in `claims.roles`, not in the scope.
 */
export const entraProfile: AccessTokenProfile = {
  ...rfc9068Profile,
  typ: ['JWT'],
  required: ['aud', 'iat', 'tid', 'ver'],
  clientId: ['azp', 'appid'],
  scope: ['scp'],
  values: {},
}

/** Okta, with a custom authorization server: tokens of the organisation's own server cannot be verified by others. */
export const oktaProfile: AccessTokenProfile = {
  ...rfc9068Profile,
  typ: ['JWT', 'at+jwt', 'okta-internal-at+jwt'],
  typOptional: true,
  required: ['aud', 'iat', 'jti', 'cid'], // ID Tokens have no cid
  clientId: ['cid'],
  scope: ['scp'],
  scopeForm: 'array',
}

/** Auth0, with either of its token dialects. Permissions of RBAC are in `claims.permissions`. */
export const auth0Profile: AccessTokenProfile = {
  ...rfc9068Profile,
  typ: ['JWT', 'at+jwt'],
  required: ['aud', 'sub', 'iat'],
  clientId: ['azp', 'client_id'],
}

/**
 * Amazon Cognito. Its access tokens have no `aud`: `audience` lists the app clients whose tokens are accepted, which are
 * compared with `client_id`.
 */
export const cognitoProfile: AccessTokenProfile = {
  ...rfc9068Profile,
  typ: ['JWT', 'at+jwt'],
  typOptional: true,
  required: ['sub', 'iat', 'client_id'],
  audience: 'client_id',
  values: { token_use: ['access'] },
}
