/** A secret, sent the way the server asks for: in the header unless it only takes it in the body. */

import { AuthlibError } from '@authlib/core'
import type { ClientAuth } from './client-auth.ts'
import { clientSecretBasic } from './client-secret-basic.ts'
import { clientSecretPost } from './client-secret-post.ts'

/**
 * What `clientSecret` of a client stands for.
 *
 * @throws AuthlibError `unsupported_client_auth`, from the request, when the server takes no secret
 */
export function clientSecret(secret: string): ClientAuth {
  const basic = clientSecretBasic(secret)
  const post = clientSecretPost(secret)
  return (context) => {
    const { methods: supported = ['client_secret_basic'] } = context // RFC 8414 §2: the default
    if (supported.includes('client_secret_basic')) return basic(context)
    if (supported.includes('client_secret_post')) return post(context)
    throw new AuthlibError('unsupported_client_auth', 'The authorization server takes no client secret', {
      hint: 'See the `…_auth_methods_supported` of the endpoint in its metadata, and pass another `clientAuth`.',
    })
  }
}
