/** What signs a request with HMAC, and nothing else. */

import { hmacSha1, signRequest } from '@authlib/oauth1'

export const sign = (url: string): Promise<unknown> =>
  signRequest({ url }, { clientId: 'id', clientSecret: 'secret', signatureMethod: hmacSha1 })
