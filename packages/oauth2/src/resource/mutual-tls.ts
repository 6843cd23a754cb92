/**
 * Tokens that are bound to the client certificate of the TLS connection.
 *
 * @spec RFC 8705 §3
 */

import { constantTimeEqual } from '@authlib/core'
import { certificateThumbprint } from '../certificate-thumbprint.ts'
import { invalidToken } from './bearer-errors.ts'
import type { TokenConfirmation } from './token-scheme.ts'

/**
 * Confirms `x5t#S256`: the certificate of the request must be the one that the token is bound to. The adapter supplies
 * the certificate, from TLS or from a header of a trusted proxy. A token without `x5t#S256` passes as before; demand one
 * at the authorization server.
 *
 * @example
 * new ResourceProtector({ resource, validators, confirmations: [mutualTls()] })
 */
export function mutualTls(): TokenConfirmation {
  return {
    member: 'x5t#S256',
    async confirm(value, { clientCertificate }) {
      if (clientCertificate === undefined) throw invalidToken('the request came without a client certificate')
      const thumbprint = await certificateThumbprint(clientCertificate)
      if (typeof value === 'string' && constantTimeEqual(value, thumbprint)) return
      throw invalidToken('the token is bound to another client certificate') // §3: 401 invalid_token
    },
  }
}
