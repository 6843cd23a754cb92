/**
 * The guard of a resource: lets requests through that are signed with a token.
 *
 * @spec RFC 5849 §3
 */

import type { HttpRequest, HttpResponse, Protector } from '@authlib/core'
import { assertBooleans } from '@authlib/core/kit'
import { shownClient, type ShownClient } from './clients.ts'
import { findToken, type TokenData } from './credentials.ts'
import { createEnvironment, type OAuth1Environment, type OAuth1Options } from './environment.ts'
import { errorResponse, OAuth1Error, toOAuth1Error } from './errors.ts'
import { refusedClient, spendNonce, verifyAnyRequest, verifyTokenRequest } from './verify.ts'

/** Who signed a request, and for whom. */
export interface OAuth1ResourceToken {
  readonly clientId: string
  readonly client: ShownClient
  /** Who approved. Absent for a request that the client signed for itself. */
  readonly subject?: string | undefined
  /** What was granted. */
  readonly realms: readonly string[]
  /** The same, under the name that tokens of every protocol have. */
  readonly scope: readonly string[]
}

/** Realms of which the token must have all. */
export type RealmRequirement = string | readonly string[]

export interface ResourceProtectorOptions extends OAuth1Options {
  /** Lets requests through that a client signs for itself, without a token ("two-legged"). Default false. */
  readonly allowClientRequests?: boolean | undefined
}

/** Made of the same origin, store, secrets and clients as the server. A form that it reads stays readable for the handler. */
export class ResourceProtector implements Protector<OAuth1ResourceToken, RealmRequirement> {
  readonly #env: OAuth1Environment
  readonly #allowClientRequests: boolean

  /** @throws AuthlibError `insecure_transport`, `weak_secret`, `weak_storage` */
  constructor({ allowClientRequests = false, ...options }: ResourceProtectorOptions) {
    this.#env = createEnvironment(options)
    assertBooleans({ allowClientRequests })
    this.#allowClientRequests = allowClientRequests
  }

  /**
   * The token of a request that has the realms. Its nonce is used up.
   *
   * @throws OAuth1Error every refusal of RFC 5849 §3.2, and `insufficient_scope` (403)
   */
  async protect(http: HttpRequest, requirement: RealmRequirement = []): Promise<OAuth1ResourceToken> {
    const token = await this.#read(http)
    const needed = typeof requirement === 'string' ? requirement.split(' ') : requirement
    if (needed.every((realm) => token.realms.includes(realm))) return token
    throw new OAuth1Error('insufficient_scope', 'The token does not have the required realm', { status: 403 })
  }

  /** The answer to what {@link protect} threw. */
  respond(error: unknown): HttpResponse {
    const known = toOAuth1Error(error)
    const { emit, clock, realm } = this.#env
    if (known.status >= 500) emit({ type: 'server.error', at: clock(), error: known.cause ?? known })
    else {
      const { code, reason = known.message } = known
      emit({ type: 'request.refused', at: clock(), clientId: refusedClient(known), error: code, reason })
    }
    return errorResponse(known, realm)
  }

  async #read(http: HttpRequest): Promise<OAuth1ResourceToken> {
    const verify = this.#allowClientRequests ? verifyAnyRequest : verifyTokenRequest
    const verified = await verify(this.#env, http, findToken)
    await spendNonce(this.#env, verified)
    const { client, credentials } = verified
    const { subject, realms = client.realms ?? [] }: Partial<TokenData> = credentials?.data ?? {}
    return { clientId: client.clientId, client: shownClient(client), subject, realms, scope: realms }
  }
}
