/** The strongest method that both the client and the server have. */

import { AuthlibError } from '@authlib/core'
import type { Key } from '@authlib/jose'
import { clientSecretJwt, privateKeyJwt } from './client-assertion.ts'
import type { ClientAuth } from './client-auth.ts'
import { clientSecretBasic } from './client-secret-basic.ts'
import { clientSecretPost } from './client-secret-post.ts'

/** What a client can prove itself with. */
export interface ClientCredentials {
  readonly key?: Key | undefined
  readonly clientSecret?: string | undefined
}

/**
 * Chooses from the metadata of the endpoint: `private_key_jwt`, `client_secret_jwt`, `client_secret_basic`,
 * `client_secret_post`, in this order. A registration may allow less than the metadata: then name the method.
 *
 * @throws AuthlibError `unsupported_client_auth`, from the request; TypeError without key and secret
 */
export function strongestClientAuth({ key, clientSecret }: ClientCredentials): ClientAuth {
  const methods: Readonly<Record<string, ClientAuth>> = {
    ...(key !== undefined && { private_key_jwt: privateKeyJwt(key) }),
    ...(clientSecret !== undefined && {
      ...(clientSecret.length >= 32 && { client_secret_jwt: clientSecretJwt(clientSecret) }),
      client_secret_basic: clientSecretBasic(clientSecret),
      client_secret_post: clientSecretPost(clientSecret),
    }),
  }
  if (Object.keys(methods).length === 0) throw new TypeError('There is no `key` and no `clientSecret` to choose from')
  return (context) => {
    const { methods: taken = ['client_secret_basic'] } = context // RFC 8414 §2: the default
    const [chosen] = Object.entries(methods).filter(([name]) => taken.includes(name))
    if (chosen !== undefined) return chosen[1](context)
    throw new AuthlibError('unsupported_client_auth', 'The authorization server takes none of these credentials', {
      hint: `It takes ${taken.join(', ')}.`,
    })
  }
}
