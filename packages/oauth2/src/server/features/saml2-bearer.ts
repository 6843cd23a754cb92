/**
 * The SAML 2.0 bearer grant: a client presents an assertion of an identity provider, and gets an access token for its
 * subject. XML and its signatures are checked by a function of yours.
 *
 * @spec RFC 7521 §4.1
 * @spec RFC 7522 §2.1 §3
 */

import { AuthlibError, type Awaitable } from '@authlib/core'
import { assertSeconds, decodeBase64url, decodeUtf8, refuseUnknownOptions } from '@authlib/core/kit'
import { invalidGrant, invalidRequest, invalidScope, OAuth2Error } from '../../errors.ts'
import { coversScope, parseScope } from '../../scope.ts'
import type { Client } from '../contract/client.ts'
import type { IssuePlan } from '../contract/plans.ts'
import type { Grant } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { newAuthorization } from '../records/authorization.ts'
import { unusedAssertion } from '../records/used-assertion.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** An assertion that no one has checked. */
export interface PresentedSamlAssertion {
  readonly server: Server
  /** The client that presents it. */
  readonly client: Client
  /** XML. Let no parser fetch anything or expand entities. */
  readonly xml: string
  /** `Audience` must be one of these: the issuer, and the URL of the token endpoint. §3 item 2 */
  readonly audiences: readonly string[]
  /** `Recipient` must be this URL, where there is one. §3 item 5 */
  readonly recipient: string
  /** NumericDate. */
  readonly now: number
}

/** What a good assertion says. */
export interface VerifiedSamlAssertion {
  /** `Issuer`, compared exactly with those that you trust. */
  readonly issuer: string
  /** `ID` of the assertion: each is accepted once. */
  readonly id: string
  /** `NotOnOrAfter`, NumericDate: of `Conditions` or of the `SubjectConfirmationData`, the earlier one. */
  readonly expiresAt: number
  /** Whom it is about, in this server's terms. */
  readonly subject: string
  /** Most scope that the client can get. Default: all that the client may have. */
  readonly scope?: readonly string[] | undefined
}

export interface Saml2BearerGrantOptions {
  /**
   * Checks everything of RFC 7522 §3: the signature with a key of the issuer, over the assertion that is then read;
   * `Issuer`, `Audience`, `Conditions`, a `SubjectConfirmation` of the method bearer with its `Recipient`; and finds the
   * subject. Null, or an AuthlibError below 500, refuses the assertion.
   */
  readonly verify: (assertion: PresentedSamlAssertion) => Awaitable<VerifiedSamlAssertion | null>
  /** Seconds for which an assertion may be valid. Default 3600. */
  readonly maxLifetime?: number | undefined
  /** Seconds by which clocks may differ. Default 5. */
  readonly leeway?: number | undefined
}

/** The `grant_type`. RFC 7522 §2.1 */
export const SAML2_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

/**
 * Accepts each assertion once, from clients that authenticate. No refresh token is issued: the client comes back with
 * another assertion.
 *
 * @example
 * server.registerGrant(saml2BearerGrant({
 *   verify: async ({ xml, audiences, recipient, now }) => {
 *     const assertion = await saml.check(xml, { audiences, recipient, now })
 *     return { ...assertion, subject: await accounts.findByNameId(assertion.nameId) }
 *   },
 * }))
 */
export function saml2BearerGrant({
  verify,
  maxLifetime = 3600,
  leeway = 5,
  ...others
}: Saml2BearerGrantOptions): Grant {
  refuseUnknownOptions('saml2BearerGrant', others)
  assertSeconds({ maxLifetime }, 1)
  assertSeconds({ leeway })
  return {
    kind: 'grant',
    grantType: SAML2_BEARER,
    settings: { maxLifetime, leeway },
    includes: [tokenEndpoint],

    async exchange(request): Promise<IssuePlan> {
      const { server, client, params, now } = request
      const text = params.get('assertion')
      if (text === undefined) throw invalidRequest('assertion is missing')
      const recipient = server.url('token')
      const audiences = [server.issuer, recipient]
      const verified = await verifiedBy(verify, { server, client, xml: xmlOf(text), audiences, recipient, now })
      const { issuer, id, expiresAt, subject } = verified
      if (!Number.isFinite(expiresAt) || expiresAt + leeway <= now) throw refused('expired') // §3 item 6
      if (expiresAt > now + maxLifetime + leeway) throw refused('valid for too long')
      const scope = scopeOf(request, verified.scope ?? client.scope)
      const until = expiresAt + leeway + 1
      const unused = await unusedAssertion(server, { label: 'saml2_bearer', name: [issuer, id], until })
      if (!unused) throw refused('used before')
      return {
        authorization: { ...newAuthorization(request, { subject, scope }), id: unused.id },
        scope,
        changes: unused.changes,
      }
    },
  }
}

/** §2.1: base64url of UTF-8; padding should not be there. */
function xmlOf(text: string): string {
  try {
    return decodeUtf8(decodeBase64url(text.replace(/={1,2}$/, '')))
  } catch (cause) {
    throw refused('not base64url of UTF-8', cause)
  }
}

async function verifiedBy(
  verify: Saml2BearerGrantOptions['verify'],
  assertion: PresentedSamlAssertion,
): Promise<VerifiedSamlAssertion> {
  let verified: VerifiedSamlAssertion | null
  try {
    verified = await verify(assertion)
  } catch (error) {
    if (error instanceof OAuth2Error || !(error instanceof AuthlibError) || error.status >= 500) throw error
    throw refused(error.reason ?? error.code, error)
  }
  if (!verified) throw refused('not accepted')
  return verified
}

/** Without `scope` in the request: all that the client may have for this subject. */
function scopeOf({ params, client }: TokenRequest, most: readonly string[]): readonly string[] {
  const allowed = client.scope.filter((word) => most.includes(word))
  if (!params.has('scope')) return allowed
  const requested = parseScope(params.get('scope'))
  if (!coversScope(allowed, requested)) throw invalidScope('the scope is more than the assertion allows') // RFC 7521 §4.1
  return requested
}

/** One wire answer for every fault of the assertion. §3.1 */
function refused(reason: string, cause?: unknown): OAuth2Error {
  return invalidGrant('the assertion is not valid', { reason: `the assertion: ${reason}`, cause })
}
