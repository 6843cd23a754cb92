/**
 * The resource owner password credentials grant: the client is told the password of the person.
 *
 * @spec RFC 6749 §4.3
 * @spec RFC 9700 §2.4
 */

import type { Awaitable, HttpRequest } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { invalidGrant, invalidRequest, invalidScope } from '../../errors.ts'
import { parseScope } from '../../scope.ts'
import { allowedScope } from '../allowed-scope.ts'
import type { Client } from '../contract/client.ts'
import type { IssuePlan } from '../contract/plans.ts'
import type { Grant } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { tokenEndpoint } from '../features/token-endpoint.ts'
import { newAuthorization } from '../records/authorization.ts'

/** What a client has been told by a person. */
export interface PresentedPassword {
  readonly server: Server
  readonly client: Client
  readonly username: string
  readonly password: string
  readonly http: HttpRequest
}

export interface InsecurePasswordGrantOptions {
  /**
   * The subject whose password it is; null refuses. Take the same time for a username that is not known, and hash passwords
   * with a slow function such as scrypt. The `rateLimit` of the server hears of every refusal.
   */
  readonly findSubject: (presented: PresentedPassword) => Awaitable<string | null>
}

/**
 * The grant type `password`. It teaches people to type their password into any client, and leaves no room for a second
 * factor or a consent page: RFC 9700 §2.4 forbids it, and OAuth 2.1 has removed it. For first-party clients that cannot be
 * changed. A person who logs in this way has no session, and gets no ID Token.
 *
 * @example
 * import { insecurePasswordGrant } from '@authlib/oauth2/legacy'
 *
 * server.registerGrant(insecurePasswordGrant({
 *   findSubject: ({ username, password }) => users.findByPassword(username, password),
 * }))
 */
export function insecurePasswordGrant({ findSubject, ...others }: InsecurePasswordGrantOptions): Grant {
  refuseUnknownOptions('insecurePasswordGrant', others)
  return {
    kind: 'grant',
    grantType: 'password',
    settings: { password: true },
    includes: [tokenEndpoint],

    async exchange(request): Promise<IssuePlan> {
      const { server, client, params, http } = request
      const username = params.get('username')
      const password = params.get('password')
      if (username === undefined) throw invalidRequest('username is missing') // §4.3.2
      if (password === undefined) throw invalidRequest('password is missing')
      const scope = requestedScope(request)
      const subject = await findSubject({ server, client, username, password, http })
      if (subject === null) throw invalidGrant('incorrect username or password')
      return { authorization: newAuthorization(request, { subject, scope }), scope, refreshable: true }
    },
  }
}

/** As at the authorization endpoint: what the server does not know is ignored. §3.3 */
function requestedScope({ server, client, params }: TokenRequest): readonly string[] {
  const { scopes } = server
  const requested = parseScope(params.get('scope'))
  if (requested.length === 0) return server.defaultScope(client)
  const known = scopes === undefined ? requested : requested.filter((word) => scopes.includes(word))
  if (known.length === 0) throw invalidScope('the scope is not known')
  return allowedScope(server, client, known)
}
