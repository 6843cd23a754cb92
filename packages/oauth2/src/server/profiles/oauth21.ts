/**
 * What OAuth 2.1 demands beyond OAuth 2.0.
 *
 * @spec OAuth 2.1 §1.5 §4.1 §4.3.1 §7.5.1 §7.15 §10
 */

import type { Profile } from '../contract/profile.ts'
import {
  atomicStorage,
  codeChallengeRequired,
  codeLifetime,
  httpsIssuer,
  issuerInResponses,
  noFrontChannelTokens,
  noPasswordGrant,
  publicClientsRotate,
} from './rules.ts'

/** `server.check('oauth21')`. */
export const oauth21Profile: Profile = {
  name: 'oauth21',
  rules: [
    httpsIssuer('OAuth 2.1 §1.5'),
    codeChallengeRequired('OAuth 2.1 §7.5.1'),
    noFrontChannelTokens('OAuth 2.1 §10.1'),
    noPasswordGrant('OAuth 2.1 §10'),
    atomicStorage('OAuth 2.1 §4.1.3'),
    codeLifetime('OAuth 2.1 §4.1.2', 600, 'should'),
    publicClientsRotate('OAuth 2.1 §4.3.1'),
    issuerInResponses('OAuth 2.1 §7.15', 'should'),
  ],
}
