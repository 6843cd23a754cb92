/**
 * Hears in an iframe of the provider that a person logged out there.
 *
 * @spec OpenID Connect Front-Channel Logout 1.0 §3
 */

import { noStore, readQuery, type HttpHeader, type HttpRequest, type HttpResponse, type Mountable } from '@authlib/core'
import { errorResponse } from '@authlib/core/kit'
import { matchIssuer, type Issuers } from '@authlib/oauth2/client'

export interface FrontchannelLogoutOptions {
  /** The path of the `frontchannel_logout_uri` that is registered at the provider. */
  readonly path: string
  /** Who may ask: the issuer of the client. */
  readonly issuer: Issuers
  /**
   * Ends the session of this browser if it has this `sid`, and returns headers such as the cookie that deletes it. Never
   * end it without comparing `sid`: any site can load this page.
   */
  readonly onLogout: (
    logout: { readonly issuer: string; readonly sid: string },
    request: HttpRequest,
  ) => Promise<readonly HttpHeader[] | void> | readonly HttpHeader[] | void
}

/** Answers the iframe. Requests without `iss` and `sid`, or of another issuer, change nothing. */
export function frontchannelLogout({ path, issuer, onLogout }: FrontchannelLogoutOptions): Mountable {
  async function receive(request: HttpRequest): Promise<HttpResponse> {
    const params = readQuery(request)
    const [iss, sid] = [params.get('iss'), params.get('sid')]
    const known = iss !== undefined && sid !== undefined && (await matchIssuer(issuer, iss)) !== null
    const headers = known ? ((await onLogout({ issuer: iss, sid }, request)) ?? []) : []
    return { status: 200, headers: [['content-type', 'text/html; charset=utf-8'], ...noStore, ...headers], body: '' }
  }

  return {
    routes: [{ path, methods: ['GET'] }],
    async handle(request) {
      if (request.method !== 'GET') return { status: 405, headers: [['allow', 'GET'], ...noStore], body: '' }
      return receive(request).catch(errorResponse)
    },
  }
}
