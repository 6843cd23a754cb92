/** Modules that end before a login: what a client finds out about its provider, and its registration. */

import { issuerMetadata } from '@authlib/oauth2/client'
import { systemClock } from '@authlib/core'
import { discoverIssuer } from '@authlib/oidc/client'
import type { Say } from './core.ts'
import { register } from './registration.ts'
import type { ModuleSettings } from './settings.ts'

/** The account of WebFinger names the module, as the suite wants it. */
export async function runDiscovery({ issuer, module }: ModuleSettings, say: Say): Promise<void> {
  const { host } = new URL(issuer)
  const alias = issuer.split('/').at(-2) ?? ''
  const found = module.includes('webfinger')
    ? await discoverIssuer(
        module.endsWith('acct') ? `acct:${alias}.${module}@${host}` : `https://${host}/${alias}/${module}`,
        { addresses: 'any' },
      )
    : issuer
  const { token_endpoint: endpoint } = await issuerMetadata({ issuer: found })(systemClock)
  say(`discovered ${String(endpoint)}`)
}

export async function runRegistration(settings: ModuleSettings, say: Say): Promise<void> {
  const { clientId } = await register(settings)
  say(`registered ${clientId === settings.clientId ? 'nothing' : 'a client'}`)
}
