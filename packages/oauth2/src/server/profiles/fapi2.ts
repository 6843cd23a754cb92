/**
 * What the FAPI 2.0 Security Profile demands of an authorization server.
 *
 * @spec FAPI 2.0 Security Profile §5.3.2 §5.4
 */

import type { Profile, ProfileRule } from '../contract/profile.ts'
import { atomicStorage, codeChallengeRequired, codeLifetime, httpsIssuer, isRequired } from './rules.ts'
import { issuerInResponses, list, noPasswordGrant, settingsOf } from './rules.ts'

const GENERAL = 'FAPI 2.0 Security Profile §5.3.2.1'
const ENDPOINT = 'FAPI 2.0 Security Profile §5.3.2.2'

const METHODS = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']
const ALGORITHMS = ['PS256', 'ES256', 'EdDSA', 'Ed25519']

const confidentialClients: ProfileRule = {
  id: 'confidential_clients',
  section: `${GENERAL} (3)`,
  fix: 'Pass clientAuthMethods: [] to the server, and register privateKeyJwt() or tlsClientAuth.',
  problem: ({ server }) =>
    methodsOf(server).includes('none') ? 'public clients may use the token endpoint' : undefined,
}

const clientAuthentication: ProfileRule = {
  id: 'client_authentication',
  section: `${GENERAL} (6)`,
  fix: 'Pass clientAuthMethods: [] to the server, and register privateKeyJwt() or tlsClientAuth.',
  problem: ({ server }) =>
    list(
      'methods that are neither private_key_jwt nor mutual TLS',
      methodsOf(server).filter((method) => method !== 'none' && !METHODS.includes(method)),
    ),
}

const senderConstraint: ProfileRule = {
  id: 'sender_constraint',
  section: `${GENERAL} (4), (5)`,
  fix: 'Register dpop({ required: true }) or mutualTls({ required: true }) for the whole server.',
  problem(configuration) {
    const bound = ['dpop', 'mutual_tls'].some((name) => isRequired(configuration, 'extension', name))
    return bound ? undefined : 'access tokens need not be bound to a key of the client'
  },
}

const assertionAudience: ProfileRule = {
  id: 'assertion_audience',
  section: `${GENERAL} (8)`,
  fix: "Register privateKeyJwt({ audience: 'issuer' }).",
  problem(configuration) {
    const settings = settingsOf(configuration, 'client_auth_method', 'private_key_jwt')
    return settings === undefined || settings['audience'] === 'issuer'
      ? undefined
      : 'client assertions may name an endpoint as their audience'
  },
}

const noRotation: ProfileRule = {
  id: 'refresh_token_rotation',
  section: `${GENERAL} (9)`,
  fix: 'Give the clients trust: { refreshTokenRotation: false }.',
  problem: ({ server, clients }) =>
    server.grantTypes.includes('refresh_token')
      ? list(
          'refresh tokens are replaced at each use, of clients',
          clients
            .filter(
              ({ grantTypes, refreshTokenRotation = true }) =>
                refreshTokenRotation && grantTypes.includes('refresh_token'),
            )
            .map(({ clientId }) => clientId),
        )
      : undefined,
}

const clockSkew: ProfileRule = {
  id: 'clock_skew',
  section: `${GENERAL} (13)`,
  fix: 'Pass a leeway of 10 to 60 seconds to privateKeyJwt and dpop; 10 is the default.',
  problem(configuration) {
    const kinds = [['client_auth_method', 'private_key_jwt'] as const, ['extension', 'dpop'] as const]
    const wrong = kinds.filter(([kind, name]) => {
      const leeway = settingsOf(configuration, kind, name)?.['leeway']
      return typeof leeway === 'number' && (leeway < 10 || leeway > 60)
    })
    return list(
      'clocks may differ by less than 10 or by more than 60 seconds',
      wrong.map(([, name]) => name),
    )
  },
}

const codeOnly: ProfileRule = {
  id: 'response_type',
  section: `${ENDPOINT} (1)`,
  fix: 'Take response types other than code off the server.',
  problem: ({ server }) =>
    list(
      'response types',
      (server.metadata().response_types_supported ?? []).filter((type) => type !== 'code'),
    ),
}

const pushedRequests: ProfileRule = {
  id: 'pushed_authorization_requests',
  section: `${ENDPOINT} (2), (3)`,
  fix: 'Register pushedAuthorizationRequests({ required: true }).',
  problem: (configuration) =>
    hasFrontChannel(configuration) && !isRequired(configuration, 'feature', PUSHED)
      ? 'authorization requests need not be pushed'
      : undefined,
}

const pushedRedirectUri: ProfileRule = {
  id: 'redirect_uri',
  section: `${ENDPOINT} (6)`,
  fix: 'Register pushedAuthorizationRequests({ requireRedirectUri: true }).',
  problem: (configuration) =>
    settingsOf(configuration, 'feature', PUSHED)?.['requireRedirectUri'] === false
      ? 'a client with one redirect URI may leave redirect_uri out'
      : undefined,
}

const pushedLifetime: ProfileRule = {
  id: 'request_uri_lifetime',
  section: `${ENDPOINT} (12)`,
  fix: 'Pass a lifetime of less than 600 seconds to pushedAuthorizationRequests; 60 is the default.',
  problem(configuration) {
    const lifetime = settingsOf(configuration, 'feature', PUSHED)?.['lifetime']
    return typeof lifetime === 'number' && lifetime >= 600 ? `a request_uri lives for ${lifetime} seconds` : undefined
  },
}

const encryptedRedirects: ProfileRule = {
  id: 'https_redirects',
  section: `${ENDPOINT} (8)`,
  fix: 'Register https: redirect URIs; http: is for native clients on a loopback address.',
  problem: ({ clients }) =>
    list(
      'http redirect URIs of web clients',
      clients
        .filter(({ applicationType }) => applicationType === 'web')
        .flatMap(({ redirectUris }) => redirectUris.filter((uri) => /^http:/i.test(uri))),
    ),
}

const algorithms: ProfileRule = {
  id: 'algorithms',
  section: 'FAPI 2.0 Security Profile §5.4.1 (1)',
  fix: 'Pass algorithms: [PS256, ES256, Ed25519], or some of them, to storedKeys, privateKeyJwt, dpop and requestObject.',
  problem({ server }) {
    const members = Object.entries(server.metadata()).filter(([name]) => name.endsWith('signing_alg_values_supported'))
    const weak = members.flatMap(([name, values]) =>
      (values as readonly string[]).filter((alg) => !ALGORITHMS.includes(alg)).map((alg) => `${alg} (${name})`),
    )
    return list('other algorithms than PS256, ES256 and EdDSA', weak)
  },
}

const PUSHED = 'pushed_authorization_requests'

function methodsOf(server: Parameters<ProfileRule['problem']>[0]['server']): readonly string[] {
  return server.metadata().token_endpoint_auth_methods_supported ?? []
}

function hasFrontChannel({ server }: Parameters<ProfileRule['problem']>[0]): boolean {
  return (server.metadata().response_types_supported ?? []).length > 0
}

/** `server.check('fapi2')`. */
export const fapi2Profile: Profile = {
  name: 'fapi2',
  rules: [
    httpsIssuer('FAPI 2.0 Security Profile §5.2.1'),
    noPasswordGrant(`${GENERAL} (2)`),
    confidentialClients,
    senderConstraint,
    clientAuthentication,
    assertionAudience,
    noRotation,
    codeLifetime(`${GENERAL} (11)`, 60),
    clockSkew,
    codeOnly,
    pushedRequests,
    codeChallengeRequired(`${ENDPOINT} (5)`),
    pushedRedirectUri,
    issuerInResponses(`${ENDPOINT} (7)`),
    encryptedRedirects,
    atomicStorage(`${ENDPOINT} (9)`),
    pushedLifetime,
    algorithms,
  ],
}
