/** The logout plans: ours, and what the provider tells us meanwhile in the back and in an iframe. */

import { backchannelLogout, frontchannelLogout, logoutUrl } from '@authlib/oidc/client'
import { browse } from './browser.ts'
import { createClient, logIn, type Say } from './core.ts'
import { listening } from './listener.ts'
import { register } from './registration.ts'
import type { ModuleSettings } from './settings.ts'

const STATE = 'logout-state-1'

/** Paths: `/backchannel_logout` and `/frontchannel_logout`. */
export async function runLogout(given: ModuleSettings, say: Say): Promise<void> {
  const settings = await register(given)
  const { issuer, origin, port } = settings
  const client = createClient(settings)
  let ours: unknown
  const back = backchannelLogout({
    client,
    path: '/backchannel_logout',
    onLogout: ({ sid }) => {
      say(`told in the back to end ${sid === ours ? 'the session' : 'another session'}`)
    },
  })
  const front = frontchannelLogout({
    path: '/frontchannel_logout',
    issuer,
    onLogout: ({ sid }) => {
      say(`told in a frame to end ${sid === ours ? 'the session' : 'another session'}`)
    },
  })
  await listening(port, [back, front], async () => {
    const login = await logIn(client, settings, say)
    ours = login.claims.sid
    const url = await logoutUrl(client, { token: login, postLogoutRedirectUri: `${origin}/loggedout`, state: STATE })
    const end = await browse(String(url), origin)
    const state = typeof end === 'string' ? new URL(end).searchParams.get('state') : undefined
    say(`back from the logout with ${state === STATE ? 'the' : state ? 'another' : 'no'} state`)
  })
}
