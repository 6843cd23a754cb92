/**
 * Proof Key for Code Exchange. Only S256.
 *
 * @spec RFC 7636
 * @spec RFC 9700 §2.1.1 §4.8.2
 */

import { constantTimeEqual } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { invalidGrant, invalidRequest } from '../../errors.ts'
import { isCodeChallenge, isCodeVerifier, s256 } from '../../pkce.ts'
import { slot } from '../records/authorization.ts'
import { isPublicClient, type Client } from '../contract/client.ts'
import type { Slot } from '../contract/authorization.ts'
import type { Extension } from '../contract/extension.ts'
import type { InteractionRequest } from '../contract/requests.ts'

export interface CodeChallengeOptions {
  /**
   * Who must send one. Default everyone (RFC 9700 §2.1.1). A function decides for confidential clients, such as those of
   * older OpenID Connect suites; public clients must always.
   */
  readonly requiredFor?: ('everyone' | 'public_clients' | ((confidential: Client) => boolean)) | undefined
}

const challengeSlot: Slot<string> = slot<string>('codeChallenge')

/**
 * PKCE with S256, demanded of everyone unless `requiredFor` says otherwise. RFC 7636.
 *
 * @example
 * server.registerGrant(authorizationCodeGrant(), [codeChallenge({ requiredFor: 'everyone' })])
 */
export function codeChallenge({ requiredFor = 'everyone', ...others }: CodeChallengeOptions = {}): Extension {
  refuseUnknownOptions('codeChallenge', others)
  const isRequired = typeof requiredFor === 'function' ? requiredFor : () => requiredFor === 'everyone'
  return {
    kind: 'extension',
    name: 'code_challenge',
    settings: {
      method: 'S256',
      requiredFor: typeof requiredFor === 'string' ? requiredFor : 'a rule of the application',
    },
    metadata: { code_challenge_methods_supported: ['S256'] },
    validateAuthorizationRequest(request) {
      if (!asksForCode(request)) return // there is no code to be stolen
      const { params, client } = request
      const challenge = params.get('code_challenge')
      const method = params.get('code_challenge_method')
      if (challenge === undefined) {
        if (method !== undefined) throw invalidRequest('code_challenge is missing')
        if (isPublicClient(client) || isRequired(client)) throw invalidRequest('code_challenge is required')
        return
      }
      if (method !== 'S256') throw invalidRequest('code_challenge_method must be S256') // §4.3: absent means plain
      if (!isCodeChallenge(challenge)) throw invalidRequest('code_challenge is malformed') // §4.2
    },
    authorizing({ params }) {
      const challenge = params.get('code_challenge')
      return challenge === undefined ? undefined : { data: challengeSlot.write(challenge) }
    },
    async validateTokenRequest({ params, grantType }, authorization) {
      if (grantType !== 'authorization_code') return // registered for the whole server, it must not refuse a refresh
      const challenge = challengeSlot.read(authorization)
      const verifier = params.get('code_verifier')
      if (challenge === undefined && verifier === undefined) return
      if (challenge === undefined || verifier === undefined)
        throw invalidGrant('code_verifier and code_challenge do not go together') // RFC 9700 §4.8.2: no downgrade
      const proven = isCodeVerifier(verifier) && constantTimeEqual(await s256(verifier), challenge) // §4.6
      if (!proven) throw invalidGrant('wrong code_verifier')
    },
  }
}

function asksForCode(request: InteractionRequest): boolean {
  return request.kind === 'authorization' && request.responseType.responseType.split(' ').includes('code')
}
