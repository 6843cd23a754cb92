/**
 * Access tokens bound to the client certificate of the TLS connection.
 *
 * @spec RFC 8705 §3 §4 §5
 */

import { constantTimeEqual } from '@authlib/core'
import { isValidUrl, refuseUnknownOptions } from '@authlib/core/kit'
import { certificateThumbprint } from '../../certificate-thumbprint.ts'
import { invalidGrant, invalidRequest } from '../../errors.ts'
import type { Slot } from '../contract/authorization.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import { isPublicClient, type Client } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { Metadata } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { slot } from '../records/authorization.ts'
import { certificateSlot, proofSlot } from '../records/sender-key.ts'

export interface MutualTlsOptions {
  /** Refuses token requests without a certificate. Default: only those of clients that ask for bound tokens. */
  readonly required?: boolean | undefined
  /**
   * Origin at which the endpoints ask for a certificate, such as `https://mtls.as.example`: published as
   * `mtls_endpoint_aliases`, so that browsers are not asked for one. Default: none. §5
   */
  readonly aliasOrigin?: string | undefined
}

const boundTokens = clientMember('tls_client_certificate_bound_access_tokens', memberTypes.boolean)

/** The certificate that the refresh tokens of a public client are bound to. §4 */
const refreshCertificateSlot: Slot<string> = slot<string>('refreshCertificate')

/**
 * Binds access tokens to the certificate of the request, for clients registered with
 * `tls_client_certificate_bound_access_tokens` and for those that authenticate by their certificate, unless they prove a DPoP
 * key. Register it for the whole server; the adapter supplies the certificate, from TLS or from a header of a trusted proxy.
 *
 * @throws TypeError when `aliasOrigin` is not a URL
 * @example
 * server.register(mutualTls(), tlsClientAuth)
 */
export function mutualTls({ required = false, aliasOrigin, ...others }: MutualTlsOptions = {}): Extension {
  refuseUnknownOptions('mutualTls', others)
  if (aliasOrigin !== undefined && !(isValidUrl(aliasOrigin) && new URL(aliasOrigin).origin === aliasOrigin)) {
    throw new TypeError('aliasOrigin is an origin, such as https://mtls.as.example')
  }
  const wantsCertificate = (client: Client): boolean => required || boundTokens.read(client) === true

  return {
    kind: 'extension',
    name: 'mutual_tls',
    provides: ['sender_constraint'],
    settings: { required },
    metadata: (server) => ({
      tls_client_certificate_bound_access_tokens: true, // §3.3
      ...(aliasOrigin === undefined ? {} : { mtls_endpoint_aliases: aliasesOf(server, aliasOrigin) }),
    }),

    async receiveClientRequest({ endpoint, http, client }) {
      if (endpoint !== 'token') return undefined
      const { clientCertificate } = http
      const methods = [client.authMethod, ...(client.authMethods ?? [])]
      const asks = wantsCertificate(client)
      if (clientCertificate === undefined) {
        if (asks) throw invalidRequest('a client certificate is required')
        return undefined
      }
      if (!asks && !methods.some((method) => method.endsWith('tls_client_auth'))) return undefined
      return { data: certificateSlot.write(await certificateThumbprint(clientCertificate)) }
    },

    validateTokenRequest(request, authorization) {
      const expected = request.grantType === 'refresh_token' ? refreshCertificateSlot.read(authorization) : undefined
      if (expected === undefined) return
      const proven = certificateSlot.read(request)
      if (proven === undefined) throw invalidRequest('a client certificate is required')
      if (!constantTimeEqual(proven, expected)) throw invalidGrant('the client certificate is another one')
    },

    issuing(_draft, request) {
      if (request.kind !== 'token') return undefined
      // A certificate that only authenticates need not come to the API: the DPoP key binds the token. RFC 8705 §3.4
      if (proofSlot.read(request) !== undefined && !wantsCertificate(request.client)) return undefined
      const thumbprint = certificateSlot.read(request)
      return thumbprint === undefined ? undefined : { confirmation: { 'x5t#S256': thumbprint } } // §3.1
    },

    tokenResponse({ plan, params }, request) {
      if (request.kind !== 'token' || !isPublicClient(request.client)) return undefined
      const thumbprint = certificateSlot.read(request)
      const first =
        params['refresh_token'] !== undefined && refreshCertificateSlot.read(plan.authorization) === undefined
      return thumbprint !== undefined && first
        ? { update: { data: refreshCertificateSlot.write(thumbprint) } }
        : undefined
    },
  }
}

/** Endpoints that clients call directly, at the origin that asks for certificates. §5 */
function aliasesOf(server: Server, origin: string): Metadata {
  const names = [
    'token',
    'revocation',
    'introspection',
    'pushed_authorization_request',
    'device_authorization',
    'backchannel_authentication',
    'userinfo',
  ]
  const aliases: Record<string, string> = {}
  for (const name of names) {
    try {
      const { pathname } = new URL(server.url(name))
      aliases[`${name}_endpoint`] = origin + pathname
    } catch {
      // not registered
    }
  }
  return aliases
}
