/** Logins that somebody else begins, at `/initiate_login`. OpenID Connect Core §4 */

import { noStore, redirectResponse, type Mountable } from '@authlib/core'
import { fetchUserinfo, initiatedLogin, type OpenIDLogin } from '@authlib/oidc/client'
import { createClient, type Say } from './core.ts'
import { called, listening } from './listener.ts'
import { register } from './registration.ts'
import type { ModuleSettings } from './settings.ts'

export async function runThirdPartyLogin(given: ModuleSettings, say: Say): Promise<void> {
  const settings = await register(given)
  const { issuer, origin, port } = settings
  const client = createClient(settings)
  const callback = called<string>('the callback')
  let begun: OpenIDLogin | undefined // one login at a time: a real application keeps it in a cookie

  const initiated = initiatedLogin({
    path: '/initiate_login',
    url: origin,
    issuer,
    async onLogin({ loginHint }) {
      const { url, login } = await client.createAuthorization({ redirectUri: `${origin}/cb`, loginHint })
      begun = login
      return redirectResponse(url)
    },
  })
  const end: Mountable = {
    routes: [{ path: '/cb', methods: ['GET'] }],
    handle({ url }) {
      callback.call(url)
      return Promise.resolve({ status: 200, headers: noStore, body: 'logged in' })
    },
  }

  await listening(port, [initiated, end], async () => {
    const url = await callback.done
    if (begun === undefined) throw new Error('a callback came without a login')
    const { token, claims } = await client.finishAuthorization(url, begun)
    say(`logged in as ${claims.sub}`)
    if (token === undefined) return
    say(`userinfo: ${Object.keys(await fetchUserinfo(client, token)).join(' ')}`)
  })
}
