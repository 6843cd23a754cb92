/**
 * Hears from the provider that a person logged out there.
 *
 * @spec OpenID Connect Back-Channel Logout 1.0 §2.5 §2.6 §2.7 §2.8
 */

import { AuthlibError, noStore, readForm, type HttpRequest, type HttpResponse, type Mountable } from '@authlib/core'
import { errorResponse, recentMap } from '@authlib/core/kit'
import { JoseError, logoutTokenPolicy } from '@authlib/jose'
import { verifyProviderJwt, type ProviderClient } from './openid-context.ts'

/** Whose sessions end: all of the subject, or the one with this `sid`. */
export interface ProviderLogout {
  readonly issuer: string
  readonly subject?: string | undefined
  /** The session at the provider, as in the `sid` of the ID Token. */
  readonly sid?: string | undefined
  /** `iat` of the logout token, a NumericDate. */
  readonly issuedAt?: number | undefined
}

export interface BackchannelLogoutOptions {
  readonly client: ProviderClient
  /** The path of the `backchannel_logout_uri` that is registered at the provider. */
  readonly path: string
  /** Ends the sessions in the application. What it throws is told to the provider as a failure, without its text. */
  readonly onLogout: (logout: ProviderLogout) => Promise<void> | void
  /**
   * Remembers a `jti` until that time (NumericDate) and says whether it is the first use. Default: in the memory of this
   * process; with several, keep it in a store, such as `storedReplays`.
   */
  readonly isFirstUse?: ((jti: string, expiresAt: number) => Promise<boolean> | boolean) | undefined
}

/**
 * Takes logout tokens. Mount it where the adapter mounts everything.
 *
 * @example
 * app.use(mount(backchannelLogout({ client: oauth.example, path: '/logout/back', onLogout: ({ sid }) => end(sid) })))
 */
export function backchannelLogout({
  client,
  path,
  onLogout,
  isFirstUse = rememberHere(),
}: BackchannelLogoutOptions): Mountable {
  async function receive(request: HttpRequest): Promise<HttpResponse> {
    const token = (await readForm(request)).get('logout_token')
    if (token === undefined) throw invalidToken('there is none')
    const { claims } = await verifyProviderJwt(client, token, logoutTokenPolicy).catch((error: unknown) => {
      if (!(error instanceof JoseError) || error.code === 'key_set_unavailable') throw error
      throw invalidToken(`${error.code} ${error.reason ?? error.claim ?? ''}`.trim(), error)
    })
    const { iss, sub, jti, exp, iat } = claims
    const sid = claims['sid']
    if (!(await isFirstUse(`${iss} ${jti}`, exp ?? 0))) throw invalidToken('it was used before') // §2.6 item 7
    const session = typeof sid === 'string' ? sid : undefined
    await onLogout({ issuer: iss!, subject: sub, sid: session, issuedAt: iat }) // the policy demands iss
    return { status: 200, headers: noStore, body: '' }
  }

  return {
    routes: [{ path, methods: ['POST'] }],
    async handle(request) {
      if (request.method !== 'POST') return { status: 405, headers: [['allow', 'POST'], ...noStore], body: '' }
      try {
        return await receive(request)
      } catch (error) {
        return { ...errorResponse(error), status: 400 } // §2.8: of a logout that failed too
      }
    },
  }
}

function invalidToken(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('invalid_request', 'The logout token is not valid', { status: 400, reason, cause })
}

function rememberHere(): (jti: string) => boolean {
  const seen = recentMap<true>(10_000)
  return (jti) => {
    if (seen.get(jti) !== undefined) return false
    seen.set(jti, true)
    return true
  }
}
