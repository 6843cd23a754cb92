/** What a client is told of its provider and of itself. */

import type { Clock, Random, TokenStore } from '@authlib/core'
import type { KeyMaterial } from '@authlib/jose'
import type { Placement } from '../sign.ts'
import type { SignatureMethod } from '../signature-method.ts'

export interface OAuth1ClientOptions {
  /** The consumer key. */
  readonly clientId: string
  /** The consumer secret. Not needed with RSA. */
  readonly clientSecret?: string | undefined
  /** For an RSA method: PEM, DER, JWK, `CryptoKey` or `KeyObject`. */
  readonly privateKey?: KeyMaterial | undefined
  /** Default `hmacSha1`, which every provider understands. */
  readonly signatureMethod?: SignatureMethod | undefined
  /** Where temporary credentials are requested: "request token URL". RFC 5849 §2.1 */
  readonly requestTokenUrl?: string | undefined
  /** Where the person authorises. RFC 5849 §2.2 */
  readonly authorizationUrl?: string | undefined
  /** Where token credentials are requested: "access token URL". RFC 5849 §2.3 */
  readonly accessTokenUrl?: string | undefined
  /** Method of the two requests for credentials. Default `POST`. */
  readonly requestMethod?: 'GET' | 'POST' | undefined
  /** Further parameters of every request for temporary credentials, such as `scope`. */
  readonly requestParams?: Readonly<Record<string, string>> | undefined
  /** Further parameters of every authorization URL, such as `name` at Trello. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Where the API lives. Its origin is signed for; relative URLs of sessions start here. */
  readonly apiBaseUrl?: string | undefined
  /** Further origins that are signed for. */
  readonly resources?: readonly string[] | undefined
  /** Where the protocol parameters go. Default `header`. */
  readonly placement?: Placement | undefined
  /** Of the header. */
  readonly realm?: string | undefined
  /** Covers bodies that are no form by `oauth_body_hash`. Default false, because many providers do not know it. */
  readonly bodyHash?: boolean | undefined
  /** Headers of the requests for credentials, such as a `user-agent` of your own. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Accepts a provider that does not answer `oauth_callback_confirmed=true`. Default false. */
  readonly allowUnconfirmedCallback?: boolean | undefined
  /**
   * For providers that never got revision A: the callback goes with the authorization URL, and there is no verifier. Who
   * starts a login can then trick another person into finishing it. Default false.
   */
  readonly insecureWithoutVerifier?: boolean | undefined
  /** Where sessions find the token of an account. */
  readonly tokens?: TokenStore | undefined
  /** Seconds for one request to the provider. Default 10. */
  readonly timeout?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly fetch?: typeof fetch | undefined
}
