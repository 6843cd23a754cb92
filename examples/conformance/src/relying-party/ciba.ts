/** The plan for clients of FAPI-CIBA: a person confirms elsewhere. Pings come to `/ping`. */

import { apiSession, backchannelAuthentication, backchannelPings, signedRequest } from '@authlib/oauth2/client'
import { OpenIDClient } from '@authlib/oidc/client'
import { setTimeout } from 'node:timers/promises'
import type { Say } from './core.ts'
import { createClientAuth, keyOf, withCertificate } from './fapi-client.ts'
import { listening } from './listener.ts'
import type { ModuleSettings } from './settings.ts'

/** Milliseconds. */
const PATIENCE = 100_000

/** So that pings come first. */
function patiently(seconds: number, signal?: AbortSignal): Promise<void> {
  return setTimeout(4000 * seconds, undefined, { signal })
}

export async function runCiba(settings: ModuleSettings, say: Say): Promise<void> {
  const { issuer, clientId, port, variant, exposed, module } = settings
  const api = exposed['accounts_endpoint'] ?? ''
  const client = new OpenIDClient({
    issuer,
    clientId,
    clientAuth: createClientAuth(settings),
    extensions: [signedRequest(keyOf(settings)), withCertificate(settings, true)],
    resources: [new URL(api).origin],
    idTokenAlg: 'PS256',
  })
  const pings = backchannelPings({ path: '/ping' })
  const options = {
    scope: ['openid', 'accounts'],
    loginHint: 'alice',
    ...(variant['ciba_mode'] === 'ping' && { pings, wait: patiently }),
    signal: AbortSignal.timeout(PATIENCE), // the ping that is wrong is the only one of its module
  }
  await listening(port, [pings], async () => {
    for await (const step of backchannelAuthentication(client, options)) {
      if (step.status === 'pending') {
        say(`pending, asked again in ${step.interval}`)
        continue
      }
      const token = module.includes('refresh') ? await client.refresh(step.token) : step.token
      const response = await apiSession(client, { token }).fetch(api)
      say(`the API answered ${response.status}`)
    }
  })
}
