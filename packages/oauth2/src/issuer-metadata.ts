/**
 * Metadata of an authorization server, loaded at first use and kept.
 *
 * @spec RFC 8414 §3
 * @spec OpenID Connect Discovery 1.0 §4
 */

import { AuthlibError, type Clock } from '@authlib/core'
import { assertIssuer, parseJsonObject, send, wellKnownUrl } from '@authlib/core/kit'
import { AUTHORIZATION_SERVER_METADATA, OPENID_CONFIGURATION } from './metadata.ts'
import { invalidMetadata, validateServerMetadata, type ServerMetadata } from './server-metadata.ts'

/** Seconds that a document is used before it is asked for again. */
const KEEP = 3600
/** Seconds between attempts while the server cannot be reached and the last good document serves. */
const RETRY = 60

/** Gives the metadata, loading it when needed. */
export type MetadataSource = (clock: Clock) => Promise<ServerMetadata>

export interface IssuerMetadataOptions {
  readonly issuer: string
  readonly fetch?: typeof fetch | undefined
  /** Seconds for one document. */
  readonly timeout?: number | undefined
}

/**
 * Looks at the three places where the document may be; each that does not exist leads to the next. Callers at the same
 * time share one request, and the last good copy survives an outage.
 *
 * @throws AuthlibError `invalid_issuer`, at once
 */
export function issuerMetadata(options: IssuerMetadataOptions): MetadataSource {
  assertIssuer(options.issuer)
  let known: { metadata: ServerMetadata; until: number } | undefined
  let loading: Promise<ServerMetadata> | undefined

  async function load(clock: Clock): Promise<ServerMetadata> {
    try {
      const metadata = await discover(options)
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

async function discover({ issuer, fetch, timeout }: IssuerMetadataOptions): Promise<ServerMetadata> {
  const places = [
    wellKnownUrl(issuer, OPENID_CONFIGURATION, 'append'), // Discovery §4
    wellKnownUrl(issuer, AUTHORIZATION_SERVER_METADATA, 'insert'), // RFC 8414 §3
    wellKnownUrl(issuer, OPENID_CONFIGURATION, 'insert'), // RFC 8414 §5
  ]
  for (const url of new Set(places)) {
    const { status, text } = await send(url, { headers: { accept: 'application/json' }, fetch, timeout })
    if (status === 200) return validateServerMetadata(readDocument(text), issuer)
    if (status >= 500) throw invalidMetadata(`the server answered ${status}`)
  }
  throw new AuthlibError('missing_metadata', 'The issuer publishes no metadata', {
    status: 502,
    hint: `Check the issuer '${issuer}', or pass its endpoints in \`metadata\`.`,
  })
}

function readDocument(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(text)
  } catch (error) {
    throw invalidMetadata('it is not a JSON object', error)
  }
}
