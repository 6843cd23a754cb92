/**
 * What the FAPI 2.0 Security Profile demands of an authorization server.
 *
 * @spec FAPI 2.0 Security Profile §5.3.2 §5.4
 */

import type { Profile, ProfileRule } from '../contract/profile.ts'
import {
  atomicStorage,
  boundTokens,
  codeChallengeRequired,
  codeLifetime,
  confidentialClients,
  httpsIssuer,
  isRequired,
  issuerInResponses,
  list,
  noPasswordGrant,
  responseTypesOf,
  settingsOf,
  signingAlgorithms,
  strongClientAuthentication,
} from './rules.ts'

const GENERAL = 'FAPI 2.0 Security Profile §5.3.2.1'
const ENDPOINT = 'FAPI 2.0 Security Profile §5.3.2.2'

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
  fix: 'Pass a leeway of 10 to 60 seconds to privateKeyJwt, dpop and jwtBearerGrant; 10 is the default.',
  problem(configuration) {
    const kinds = [
      ['client_auth_method', 'private_key_jwt'] as const,
      ['extension', 'dpop'] as const,
      ['grant', 'urn:ietf:params:oauth:grant-type:jwt-bearer'] as const,
      ['feature', 'identity_assertions'] as const,
    ]
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
      responseTypesOf(server).filter((type) => type !== 'code'),
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

const PUSHED = 'pushed_authorization_requests'

function hasFrontChannel({ server }: Parameters<ProfileRule['problem']>[0]): boolean {
  return responseTypesOf(server).length > 0
}

/** `server.check('fapi2')`. */
export const fapi2Profile: Profile = {
  name: 'fapi2',
  rules: [
    httpsIssuer('FAPI 2.0 Security Profile §5.2.1'),
    noPasswordGrant(`${GENERAL} (2)`),
    confidentialClients(`${GENERAL} (3)`),
    boundTokens(`${GENERAL} (4), (5)`),
    strongClientAuthentication(`${GENERAL} (6)`),
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
    signingAlgorithms('FAPI 2.0 Security Profile §5.4.1 (1)', ['PS256', 'ES256', 'EdDSA', 'Ed25519']),
  ],
}
