/**
 * Metadata of an authorization server, loaded at first use and kept.
 *
 * @spec RFC 8414 §3
 * @spec OpenID Connect Discovery 1.0 §4
 */

import { AuthlibError, type AddressRule, type Clock } from '@authlib/core'
import { assertBooleans, assertIssuer, assertSeconds, parseJsonObject, send, wellKnownUrl } from '@authlib/core/kit'
import { AUTHORIZATION_SERVER_METADATA, OPENID_CONFIGURATION } from './metadata.ts'
import { namingPlace } from './naming-place.ts'
import { invalidMetadata, validateServerMetadata, type ServerMetadata } from './server-metadata.ts'

/** Seconds that a document is used before it is asked for again. */
const KEEP = 3600
/** Seconds between attempts while the server cannot be reached and the last good document serves. */
const RETRY = 60

/** Gives the metadata, loading it when needed. */
export type MetadataSource = (clock: Clock) => Promise<ServerMetadata>

export interface IssuerMetadataOptions {
  readonly issuer: string
  /** What the document calls its issuer, where that is not the one that was asked. Default: `issuer`. */
  readonly named?: string | undefined
  readonly fetch?: typeof fetch | undefined
  /** Seconds for one document. */
  readonly timeout?: number | undefined
  /** `publicAddresses` for an issuer that someone else chose. Default `any`. */
  readonly addresses?: AddressRule | 'any' | undefined
  /** Allows plain http to hosts other than this machine. Default false. */
  readonly allowInsecureTransport?: boolean | undefined
  /** Whose well-known place is asked first. Default `openid`. */
  readonly first?: 'openid' | 'oauth2' | undefined
  /** What is used when the issuer publishes nothing. Default: an error. */
  readonly fallback?: ServerMetadata | undefined
}

/**
 * Looks at the three places where the document may be; each that holds no metadata leads to the next. Callers at the same
 * time share one request, and the last good copy survives an outage.
 *
 * @throws AuthlibError `invalid_issuer`, at once
 */
export function issuerMetadata(options: IssuerMetadataOptions): MetadataSource {
  const { issuer, timeout, allowInsecureTransport } = options
  assertSeconds({ timeout })
  assertBooleans({ allowInsecureTransport })
  assertIssuer(issuer, options)
  return keptMetadata(options)
}

/** The same for options that were checked. Each member of `told` wins over the published one. */
export function keptMetadata(options: IssuerMetadataOptions, told?: Partial<ServerMetadata>): MetadataSource {
  let known: { metadata: ServerMetadata; until: number } | undefined
  let loading: Promise<ServerMetadata> | undefined

  async function load(clock: Clock): Promise<ServerMetadata> {
    try {
      const metadata = { ...(await discover(options)), ...told }
      known = { metadata, until: clock() + KEEP }
    } catch (error) {
      if (known === undefined) throw error
      known = { ...known, until: clock() + RETRY }
    }
    return known.metadata
  }

  return async (clock) => {
    if (known !== undefined && clock() < known.until) return known.metadata
    loading ??= load(clock).finally(() => (loading = undefined))
    return loading
  }
}

async function discover(options: IssuerMetadataOptions): Promise<ServerMetadata> {
  const { issuer, named = issuer, first } = options
  const openid = wellKnownUrl(issuer, OPENID_CONFIGURATION, 'append') // Discovery §4
  const places = [
    wellKnownUrl(issuer, AUTHORIZATION_SERVER_METADATA, 'insert'), // RFC 8414 §3
    wellKnownUrl(issuer, OPENID_CONFIGURATION, 'insert'), // RFC 8414 §5
  ]
  if (first === 'oauth2') places.push(openid)
  else places.unshift(openid)
  let failure: AuthlibError | undefined
  for (const url of new Set(places)) {
    const found = await readPlace(url, options)
    if (!(found instanceof AuthlibError)) return validateServerMetadata(found, { ...options, named, issuer })
    if (found.code !== 'missing_metadata') failure ??= found
  }
  if (options.fallback !== undefined && failure?.code !== 'network_error') return options.fallback
  throw failure ?? missingMetadata(issuer)
}

/**
 * A redirect, and what looks to the script of a page as if there were no server: an answer that does not allow its origin, as
 * answers for unknown paths seldom do.
 */
const PASSED_OVER: readonly string[] = ['unexpected_redirect', 'network_error']

/** The document at this place, or what is there instead: unknown paths of some servers answer a page, or a redirect. */
async function readPlace(
  url: string,
  options: IssuerMetadataOptions,
): Promise<Readonly<Record<string, unknown>> | AuthlibError> {
  const response = await send(url, { ...options, headers: { accept: 'application/json' } }).catch((error: unknown) => {
    const failed: unknown = namingPlace(error, 'metadata', url)
    if (failed instanceof AuthlibError && PASSED_OVER.includes(failed.code)) return failed
    throw failed
  })
  if (response instanceof AuthlibError) return response
  const { status, text } = response
  if (status >= 500) throw invalidMetadata(`the server answered ${status}`) // it is away: no other place is better
  if (status !== 200) return missingMetadata(options.issuer)
  return parseMetadata(text) ?? invalidMetadata(`${new URL(url).pathname} holds no metadata`)
}

function missingMetadata(issuer: string): AuthlibError {
  return new AuthlibError('missing_metadata', 'The issuer publishes no metadata', {
    status: 502,
    hint: `Check the issuer '${issuer}', or pass its endpoints in \`metadata\`.`,
  })
}

/** Null for a page, or an object that says nothing of a server. */
function parseMetadata(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const document = parseJsonObject(text)
    return Object.keys(document).some((name) => /^issuer$|_endpoint$/.test(name)) ? document : null
  } catch {
    return null
  }
}
