/**
 * What FAPI-CIBA demands of an authorization server that people answer from another device.
 *
 * @spec FAPI-CIBA §5.2.2 §7.9 §7.10
 */

import type { Profile, ProfileRule, ServerConfiguration } from '../contract/profile.ts'
import {
  boundTokens,
  confidentialClients,
  httpsIssuer,
  list,
  settingsOf,
  signingAlgorithms,
  strongClientAuthentication,
} from './rules.ts'

const SERVER = 'FAPI-CIBA §5.2.2'

const bindingMessage: ProfileRule = {
  id: 'binding_message',
  section: `${SERVER} (2)`,
  fix: 'Pass requireBindingMessage: true to backchannelAuthenticationGrant.',
  problem: (configuration) =>
    cibaOf(configuration)?.['requireBindingMessage'] === false
      ? 'a request may have neither binding_message nor authorization_details'
      : undefined,
}

const noPush: ProfileRule = {
  id: 'push_mode',
  section: `${SERVER} (3)`,
  fix: "Take 'push' out of modes of backchannelAuthenticationGrant.",
  problem: (configuration) => (modesOf(configuration)?.includes('push') === true ? 'tokens may be pushed' : undefined),
}

const poll: ProfileRule = {
  id: 'poll_mode',
  section: `${SERVER} (4)`,
  fix: "Register backchannelAuthenticationGrant, with 'poll' in modes.",
  problem: (configuration) => (modesOf(configuration)?.includes('poll') === true ? undefined : 'no client can poll'),
}

const signedRequests: ProfileRule = {
  id: 'signed_requests',
  section: `${SERVER} (6)`,
  fix: 'Pass requireSignedRequests: true to backchannelAuthenticationGrant.',
  problem: (configuration) =>
    cibaOf(configuration)?.['requireSignedRequests'] === false ? 'requests need not be signed' : undefined,
}

const encryption: ProfileRule = {
  id: 'encryption',
  section: 'FAPI-CIBA §7.10.1 (1)',
  fix: 'Take keys for RSA1_5 off the server.',
  problem({ server }) {
    const members = Object.entries(server.metadata()).filter(([name]) =>
      name.endsWith('encryption_alg_values_supported'),
    )
    return list(
      'RSA1_5 may encrypt',
      members.filter(([, values]) => (values as readonly string[]).includes('RSA1_5')).map(([name]) => name),
    )
  },
}

function cibaOf(configuration: ServerConfiguration): ReturnType<typeof settingsOf> {
  return settingsOf(configuration, 'grant', 'urn:openid:params:grant-type:ciba')
}

function modesOf(configuration: ServerConfiguration): readonly unknown[] | undefined {
  const modes = cibaOf(configuration)?.['modes']
  return Array.isArray(modes) ? modes : undefined
}

/** `server.check('fapi-ciba')`. */
export const fapiCibaProfile: Profile = {
  name: 'fapi-ciba',
  rules: [
    httpsIssuer('FAPI-CIBA §7.9'),
    confidentialClients(`${SERVER} (1)`),
    strongClientAuthentication(`${SERVER}, FAPI 1.0 Advanced §5.2.2 (14)`),
    boundTokens(`${SERVER}, FAPI 1.0 Advanced §5.2.2 (5)`),
    bindingMessage,
    noPush,
    poll,
    signedRequests,
    signingAlgorithms('FAPI-CIBA §7.10 (1), (3)', ['PS256', 'ES256']),
    encryption,
  ],
}
