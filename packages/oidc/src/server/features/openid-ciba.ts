/**
 * ID Tokens in push mode of CIBA: they tie the tokens to the request, as a signature of its own.
 *
 * @spec CIBA Core §10.3.1
 */

import { on, pushedTokens, type Extension } from '@authlib/oauth2/server'
import { firstOf, idToken } from '../moments.ts'

/** Part of `openIdCode`: the ID Token is made again, with hashes of what is pushed. */
export const pushedIdToken: Extension = {
  kind: 'extension',
  name: 'openid_ciba',
  handlers: [
    on(pushedTokens, async ({ server, client, authorization, authReqId, members }) => {
      if (members['id_token'] === undefined) return undefined // no one asked for openid
      const about = { server, client, authorization, withClaims: false, authReqId }
      const text = await firstOf(server.handlers(idToken), {
        ...about,
        accessToken: textOf(members['access_token']),
        refreshToken: textOf(members['refresh_token']),
      })
      return text === undefined ? undefined : { id_token: text }
    }),
  ],
}

function textOf(member: unknown): string | undefined {
  return typeof member === 'string' ? member : undefined
}
