/**
 * What some clients get or must do, beside what they are registered with: as data by client, or as a function.
 *
 * @spec RFC 9700 §2.2
 */

import { assertSeconds } from '@authlib/core/kit'
import { invalidClient, invalidRequest } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { TokenChange } from '../contract/plans.ts'

/** A member that is absent changes nothing. */
export interface ClientPolicy {
  /** Seconds that its access tokens live, when it is less than `accessTokenLifetime` of the server. */
  readonly accessTokenLifetime?: number | undefined
  /** Name of the format of its access tokens: `opaque`, or `jwt` with `jwtAccessToken`. */
  readonly accessTokenFormat?: string | undefined
  /** Signature algorithm of its access tokens, for a format that signs. */
  readonly accessTokenAlgorithm?: string | undefined
  /** It must send a `code_challenge`, even where `codeChallenge({ requiredFor })` does not demand it. */
  readonly requireCodeChallenge?: boolean | undefined
  /** A client that is registered for any other client authentication method is refused at every endpoint. */
  readonly authMethods?: readonly string[] | undefined
}

/** Policies by `client_id`, or a function that is called at each request. */
export type ClientPolicies = Readonly<Record<string, ClientPolicy>> | ((client: Client) => ClientPolicy | undefined)

/**
 * Holds clients to policies. Lifetimes of refresh tokens are functions of `refreshTokenGrant`, rotation and further
 * authentication methods are `ClientTrust`.
 *
 * @throws TypeError for a lifetime that is no number of seconds
 * @example
 * server.register(clientPolicies({
 *   kiosk: { accessTokenLifetime: 300, authMethods: ['private_key_jwt'] },
 *   intern: { accessTokenFormat: 'opaque' },
 * }))
 * @example
 * server.register(clientPolicies((client) => (client.skipConsent === true ? undefined : { requireCodeChallenge: true })))
 */
export function clientPolicies(policies: ClientPolicies): Extension {
  if (typeof policies !== 'function') for (const policy of Object.values(policies)) check(policy)
  const policyOf = (client: Client): ClientPolicy | undefined => {
    if (typeof policies !== 'function') {
      return Object.hasOwn(policies, client.clientId) ? policies[client.clientId] : undefined
    }
    const policy = policies(client)
    if (policy) check(policy)
    return policy
  }
  return {
    kind: 'extension',
    name: 'client_policies',
    settings: { clients: typeof policies === 'function' ? 'a rule of the application' : Object.keys(policies) },

    validateAuthorizationRequest(request) {
      if (request.kind !== 'authorization' || policyOf(request.client)?.requireCodeChallenge !== true) return
      const asksForCode = request.responseType.responseType.split(' ').includes('code')
      if (asksForCode && !request.params.has('code_challenge')) throw invalidRequest('code_challenge is required')
    },

    receiveClientRequest({ client }) {
      const allowed = policyOf(client)?.authMethods
      const other = [client.authMethod, ...(client.authMethods ?? [])].find(
        (method) => allowed?.includes(method) === false,
      )
      if (other !== undefined) {
        throw invalidClient('the client is registered for an authentication method that it may not use', {
          reason: `the policy of the client does not allow ${other}`,
        })
      }
    },

    issuing({ client }): TokenChange | undefined {
      const {
        accessTokenLifetime: lifetime,
        accessTokenFormat: format,
        accessTokenAlgorithm: algorithm,
      } = policyOf(client) ?? {}
      return { lifetime, format, algorithm }
    },
  }
}

function check({ accessTokenLifetime }: ClientPolicy): void {
  assertSeconds({ accessTokenLifetime }, 1)
}
