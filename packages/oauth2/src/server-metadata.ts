/**
 * What is known of an authorization server.
 *
 * @spec RFC 8414 §2 §3.3
 * @spec OpenID Connect Discovery 1.0 §3 §4.3
 */

import { AuthlibError, isHttps } from '@authlib/core'
import { isLoopbackHost, isSecureTransport, isTextList, isValidUrl } from '@authlib/core/kit'
import type { AuthorizationServerMetadata } from './metadata.ts'

/** Wire names. Written by hand it may leave out whatever the client does not use, the issuer too. */
export type ServerMetadata = Partial<AuthorizationServerMetadata> & {
  readonly id_token_signing_alg_values_supported?: readonly string[]
}

/** Metadata as an application writes it; a member that is `undefined` says that there is none. */
export type GivenMetadata = { readonly [Name in keyof ServerMetadata]?: ServerMetadata[Name] | undefined }

/** Where clients send secrets, or get keys. */
const URLS =
  /^(?:(?:authorization|token|revocation|introspection|pushed_authorization_request|device_authorization|backchannel_authentication|userinfo|end_session)_endpoint|jwks_uri)$/

const LISTS = /_auth_methods_supported$|^id_token_signing_alg_values_supported$/

/** Members that decide something, such as `request_parameter_supported`. A string here, such as "false", would count as true. */
const BOOLEANS = /^(?:require|tls)_|_(?:parameter|document)_supported$/

export interface MetadataExpectation {
  /** The issuer that was asked. */
  readonly issuer?: string | undefined
  /** What the document must call its issuer. Absent: it need not say. */
  readonly named?: string | undefined
  /** Allows plain http to any host. Default false. */
  readonly allowInsecureTransport?: boolean | undefined
}

/**
 * Metadata that can be relied on: each URL is one that secrets may be sent to.
 *
 * @throws AuthlibError `invalid_metadata`, and `issuer_mismatch` when it is not of the issuer that was asked
 */
export function validateServerMetadata(
  metadata: Readonly<Record<string, unknown>>,
  { issuer, named, allowInsecureTransport = false }: MetadataExpectation = {},
): ServerMetadata {
  if (metadata['issuer'] !== undefined && typeof metadata['issuer'] !== 'string')
    throw invalidMetadata('issuer is no string')
  if (named !== undefined && metadata['issuer'] !== named) {
    throw issuerMismatch(named, String(metadata['issuer'])) // RFC 8414 §3.3
  }
  const local = allowInsecureTransport || issuer === undefined || isLoopbackHost(new URL(issuer).hostname)
  const isSafe = (url: unknown): boolean =>
    typeof url === 'string' &&
    isValidUrl(url, { fragments: false }) &&
    isSecureTransport(url, { allowInsecureTransport }) &&
    (local || isHttps(url))
  const aliases = metadata['mtls_endpoint_aliases'] // RFC 8705 §5
  for (const [name, url] of Object.entries(typeof aliases === 'object' && aliases !== null ? aliases : {})) {
    if (!isSafe(url)) throw invalidMetadata(`${name} of mtls_endpoint_aliases is not an https URL`)
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (value === undefined) continue
    if (URLS.test(name) && !isSafe(value)) throw invalidMetadata(`${name} is not an https URL`)
    if (LISTS.test(name) && !isTextList(value)) throw invalidMetadata(`${name} is not a list of strings`)
    if (BOOLEANS.test(name) && typeof value !== 'boolean') throw invalidMetadata(`${name} is not a boolean`)
  }
  return metadata as ServerMetadata // sound: the members that clients read were checked above
}

export function invalidMetadata(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('invalid_metadata', 'The metadata of the authorization server is not valid', {
    status: 502,
    reason,
    cause,
  })
}

/** A callback, or a document, that comes from another issuer than the one asked. RFC 9207 §2.4. */
export function issuerMismatch(expected: string, received: string): AuthlibError {
  return new AuthlibError('issuer_mismatch', 'Issuer mismatch', {
    status: 400,
    reason: `expected ${expected}, received ${received}`,
    hint: `The issuer is configured as '${expected}'. The two must be equal to the letter: case, port and trailing slash.`,
  })
}
