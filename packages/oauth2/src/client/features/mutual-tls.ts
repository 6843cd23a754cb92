/**
 * Client certificates: the endpoints that ask for them, and a `fetch` that shows them.
 *
 * @spec RFC 8705 §2 §3 §5
 * @spec FAPI 2.0 Security Profile §5.2.2.1
 */

import { refuseUnknownOptions } from '@authlib/core/kit'
import type { ClientExtension } from '../extension.ts'

export interface MutualTlsOptions {
  /** A `fetch` whose connections show the certificate, such as one of undici with a dispatcher of its own. */
  readonly fetch: typeof fetch
  /** Shows the certificate to APIs too, where tokens are bound to it. Default true. */
  readonly boundTokens?: boolean | undefined
}

/**
 * Sends requests to `mtls_endpoint_aliases`, where the metadata has them, with the certificate. Clients that are registered with
 * `use_mtls_endpoint_aliases` need it however they authenticate (FAPI 2.0 Security Profile §5.2.2.1).
 */
export function mutualTls({ fetch, boundTokens = true, ...others }: MutualTlsOptions): ClientExtension {
  refuseUnknownOptions('mutualTls', others)
  return {
    name: 'mutual_tls',
    async send(request, next, { metadata }) {
      const alias = aliasOf((await metadata())['mtls_endpoint_aliases'], request.endpoint) // §5
      return next({ ...request, url: alias ?? request.url, fetch })
    },
    ...(boundTokens && { call: (request, _token, next) => next({ ...request, fetch }) }),
  }
}

function aliasOf(aliases: unknown, endpoint: string): string | undefined {
  if (typeof aliases !== 'object' || aliases === null || !Object.hasOwn(aliases, endpoint)) return undefined
  return String((aliases as Record<string, unknown>)[endpoint]) // its URL was checked with the metadata
}
