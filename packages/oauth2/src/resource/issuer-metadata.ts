/**
 * Metadata of the authorization server, loaded when first needed and kept.
 *
 * @spec RFC 8414 §3
 * @spec OpenID Connect Discovery 1.0 §4
 */

import { assertIssuer, AuthlibError, parseJson, send, wellKnownUrl, type Clock } from '@authlib/core'
import { AUTHORIZATION_SERVER_METADATA, OPENID_CONFIGURATION, type AuthorizationServerMetadata } from '../metadata.ts'
import { cannotValidate } from './bearer-errors.ts'

/** Seconds that a document is used before it is asked for again. */
const KEEP = 3600
/** Seconds between attempts while the issuer cannot be reached and the last good document serves. */
const RETRY = 60

/** The metadata of one issuer. Throws `temporarily_unavailable` while there is none. */
export type IssuerMetadata = (clock: Clock) => Promise<AuthorizationServerMetadata>

/**
 * Requests at the same time share one load, and the last good copy survives an outage.
 *
 * @throws AuthlibError `invalid_issuer`, at once
 */
export function issuerMetadata(issuer: string, fetch: typeof globalThis.fetch | undefined): IssuerMetadata {
  assertIssuer(issuer)
  let known: { readonly metadata: AuthorizationServerMetadata; readonly until: number } | undefined
  let loading: Promise<AuthorizationServerMetadata> | undefined

  async function refresh(clock: Clock): Promise<AuthorizationServerMetadata> {
    try {
      known = { metadata: await load(issuer, fetch), until: clock() + KEEP }
    } catch (error) {
      if (known === undefined) throw cannotValidate('the metadata of the issuer cannot be loaded', error)
      known = { ...known, until: clock() + RETRY }
    }
    return known.metadata
  }

  return async (clock) => {
    if (known !== undefined && clock() < known.until) return known.metadata
    loading ??= refresh(clock).finally(() => (loading = undefined))
    return loading
  }
}

async function load(issuer: string, fetch: typeof globalThis.fetch | undefined): Promise<AuthorizationServerMetadata> {
  const places = [
    wellKnownUrl(issuer, AUTHORIZATION_SERVER_METADATA, 'insert'), // RFC 8414 §3
    wellKnownUrl(issuer, OPENID_CONFIGURATION, 'append'), // Discovery §4
  ]
  for (const url of places) {
    const { status, text } = await send(url, { headers: { accept: 'application/json' }, fetch })
    if (status === 200) return validate(parseJson(text), issuer)
  }
  throw invalidMetadata('none is published')
}

function validate(value: unknown, issuer: string): AuthorizationServerMetadata {
  const metadata = value as AuthorizationServerMetadata | null // unproven: each member is checked where it is used
  if (metadata?.issuer !== issuer) throw invalidMetadata('it names another issuer') // RFC 8414 §3.3
  return metadata
}

function invalidMetadata(reason: string): AuthlibError {
  return new AuthlibError('invalid_metadata', 'The metadata of the authorization server is not usable', { reason })
}
