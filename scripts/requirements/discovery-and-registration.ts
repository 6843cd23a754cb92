import type { RequirementTable } from './table.ts'

const discovery = 'oidc/server/features/discovery'
const finger = 'oidc/server/features/web-finger'
const registration = 'oidc/server/features/openid-registration'
const dynamic = 'oauth2/server/features/dynamic-registration'
const published = [`${discovery}.ts`, `${discovery}.test.ts`] as const
const registered = [`${registration}.ts`, `${registration}.test.ts`] as const

export const discoveryTable: RequirementTable = {
  page: 'openid-connect-discovery',
  name: 'OpenID Connect Discovery',
  rules: [
    [
      '§2',
      'WebFinger answers with the issuer for a resource and the rel of OpenID Connect',
      `${finger}.ts`,
      `${finger}.test.ts`,
      'names the issuer for a resource of ours',
    ],
    [
      '§2.1',
      'The client normalizes what a person types',
      'oidc/client/webfinger.ts',
      'oidc/client/response-types.test.ts',
      'asks for %s as %s, and gives the issuer',
    ],
    [
      '§3',
      'The required members are published',
      ...published,
      'is the metadata of the server, with what OpenID Connect adds',
    ],
    ['§3', 'Endpoints, scopes and claims that are published work', ...published, 'every endpoint'],
    [
      '§3',
      'id_token_signing_alg_values_supported tells the truth',
      ...published,
      'every algorithm, for ID Tokens and for userinfo',
    ],
    ['§4', 'The document lies below the issuer, behind its path', ...published, 'lies behind the path of the issuer'],
    [
      '§4.2',
      'The document is JSON with status 200',
      `${discovery}.ts`,
      'oidc/server/conformance.test.ts',
      'oidcc-discovery-endpoint-verification',
    ],
    [
      '§4.3',
      'The client compares the issuer of the document with the one that it asked',
      'oauth2/issuer-metadata.ts',
      'oidc/client/openid-client.test.ts',
      'of another issuer says which one was configured',
    ],
  ],
}

export const registrationTable: RequirementTable = {
  page: 'openid-connect-registration',
  name: 'OpenID Connect Registration',
  rules: [
    [
      '§2',
      'Every member is kept, or the registration fails',
      ...registered,
      'keeps every member of OpenID Connect Registration and returns it',
    ],
    [
      '§2',
      'redirect_uris have no fragment',
      'oauth2/redirect-uri.ts',
      `${registration}.test.ts`,
      'redirect URIs with a fragment as invalid_redirect_uri',
    ],
    [
      '§2',
      'Web clients with the implicit grant are on https and not on localhost',
      ...registered,
      'web clients with the implicit grant that are on localhost',
    ],
    [
      '§2',
      'Without id_token_signed_response_alg it is RS256',
      ...registered,
      'takes a client that says nothing for one of RS256',
    ],
    ['§2', 'none signs no ID Token of the authorization endpoint', ...registered, 'ID Tokens without a signature'],
    ['§2', 'An enc needs its alg', ...registered, 'a content encryption without an algorithm'],
    [
      '§2',
      'jwks and jwks_uri exclude each other',
      'oauth2/server/records/registration-metadata.ts',
      `${dynamic}.test.ts`,
      'refuses %s with %s',
    ],
    ['§2', 'none is no algorithm of assertions', ...registered, 'assertions of an algorithm that is not accepted'],
    ['§2', 'initiate_login_uri is https', ...registered, 'a login page that is not https'],
    [
      '§2',
      'default_max_age holds when a request has no max_age',
      'oidc/server/authentication-request.ts',
      'oidc/server/authentication-request.test.ts',
      'is default_max_age when the request has none',
    ],
    [
      '§2',
      'default_acr_values hold when a request has no acr_values',
      'oauth2/server/interaction/acr.ts',
      'oauth2/server/interaction/interaction.test.ts',
      'state the acr for the wish %s, the demand %s and default_acr_values %s',
    ],
    [
      '§3.1',
      'The request is a POST of JSON',
      `${dynamic}.ts`,
      `${dynamic}.test.ts`,
      'refuses bodies that are not one JSON object',
    ],
    [
      '§3.2',
      'A new client is answered with 201 and its client_id',
      `${dynamic}.ts`,
      `${dynamic}.test.ts`,
      'answers 201 with the metadata, a secret and the way to manage it',
    ],
    [
      '§3.3',
      'Errors are 400 with invalid_redirect_uri or invalid_client_metadata',
      `${dynamic}.ts`,
      `${dynamic}.test.ts`,
      'refuses %s with %s',
    ],
    [
      '§4.3',
      'A client reads its registration with its token',
      `${dynamic}.ts`,
      `${dynamic}.test.ts`,
      'reads it, without the secret',
    ],
    [
      '§4.4',
      'A wrong token is answered with 401, whatever the client',
      `${dynamic}.ts`,
      `${dynamic}.test.ts`,
      'refuses the token of another client, a wrong one and none',
    ],
    [
      '§5',
      'sector_identifier_uri is https and lists the redirect URIs',
      ...registered,
      'a sector whose document lacks a redirect URI',
    ],
  ],
}
