/** Logins that somebody else begins, at `/initiate_login`. OpenID Connect Core §4 */

import { noStore, readQuery, type HttpResponse, type Mountable } from '@authlib/core'
import { fetchUserinfo, type OpenIDLogin } from '@authlib/oidc/client'
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

  const pages: Mountable = {
    routes: [
      { path: '/initiate_login', methods: ['GET'] },
      { path: '/cb', methods: ['GET'] },
    ],
    async handle(request) {
      if (request.url.startsWith('/cb')) {
        callback.call(request.url)
        return { status: 200, headers: noStore, body: 'logged in' }
      }
      const query = readQuery(request)
      if (query.get('iss') !== issuer) return { status: 400, headers: noStore, body: 'not our provider' } // §4
      const { url, login } = await client.createAuthorization({
        redirectUri: `${origin}/cb`,
        loginHint: query.get('login_hint'),
      })
      begun = login
      return { status: 303, headers: [['location', url], ...noStore], body: '' } satisfies HttpResponse
    },
  }

  await listening(port, [pages], async () => {
    const url = await callback.done
    if (begun === undefined) throw new Error('a callback came without a login')
    const { token, claims } = await client.finishAuthorization(url, begun)
    say(`logged in as ${claims.sub}`)
    say(`userinfo: ${Object.keys(await fetchUserinfo(client, token)).join(' ')}`)
  })
}
