/** Both parts, each on a port of its own. */

import { randomBytes } from 'node:crypto'
import { createApplication } from './application.ts'
import { listen } from './listen.ts'
import { createProvider } from './provider.ts'

/** Where the parts are. */
export interface Example {
  readonly provider: string
  readonly application: string
  stop(): Promise<void>
}

/** Ports; 0 takes a free one. */
export async function startExample(ports: { provider: number; application: number }): Promise<Example> {
  const newSecret = (): string => randomBytes(32).toString('base64')
  const provider = await listen(ports.provider)
  const application = await listen(ports.application)
  const client = { clientId: 'album', clientSecret: newSecret(), redirectUri: `${application.url}/cb` }
  provider.serve(createProvider({ url: provider.url, secret: newSecret(), client }))
  application.serve(createApplication({ secret: newSecret(), provider: provider.url, client }))
  return {
    provider: provider.url,
    application: application.url,
    async stop() {
      await Promise.all([provider.stop(), application.stop()])
    },
  }
}
