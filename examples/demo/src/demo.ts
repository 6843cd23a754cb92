/** Provider, client and API together, on one database. */

import { startSweeping } from '@authlib/core'
import { getRequestListener } from '@hono/node-server'
import { createApi } from './api.ts'
import { createClient } from './client.ts'
import { listen, type LoopbackServer } from './listen.ts'
import { createProvider } from './provider.ts'
import { CLIENT_ID, demoClient, readClients, scopes } from './provider/clients.ts'
import { loadSecrets } from './secrets.ts'
import type { Settings } from './settings.ts'
import { openStore } from './store.ts'

export interface Demo {
  readonly provider: string
  readonly client: string
  readonly api: string
  readonly stop: () => Promise<void>
}

/** @throws SetupError */
export async function startDemo({
  ports,
  database,
  secrets: secretsFile,
  clients: file,
  issuer: published,
  otherProvider,
}: Settings): Promise<Demo> {
  const further = file === undefined ? [] : await readClients(file)
  const secrets = loadSecrets(secretsFile)
  const servers: LoopbackServer[] = []
  const open = async (port: number, variable: string): Promise<LoopbackServer> => {
    const server = await listen(port, variable)
    servers.push(server)
    return server
  }
  const closeAll = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()))
  }

  try {
    const provider = await open(ports.provider, 'AUTHLIB_PROVIDER_PORT')
    const client = await open(ports.client, 'AUTHLIB_CLIENT_PORT')
    const api = await open(ports.api, 'AUTHLIB_API_PORT')
    const { store, close } = await openStore(database)
    const sweeping = startSweeping(store, { onError: console.error })
    const { clientSecret } = secrets
    const issuer = published ?? provider.url
    const reach = published === undefined ? fetch : directFetch(published, provider.url)

    provider.serve(
      createProvider({
        issuer,
        api: api.url,
        store,
        secrets: [secrets.provider],
        clients: [demoClient(client.url, clientSecret), ...further],
      }),
    )
    const app = createClient({
      url: client.url,
      api: api.url,
      ...(otherProvider
        ? { ...otherProvider, fetch }
        : { issuer, fetch: reach, clientId: CLIENT_ID, clientSecret, scope: scopes }),
      store,
      secrets: [secrets.client],
    })
    const listener = getRequestListener(app.fetch)
    client.serve((request, response) => void listener(request, response))
    api.serve(createApi({ url: api.url, issuer, fetch: reach }))

    return {
      provider: issuer,
      client: client.url,
      api: api.url,
      async stop() {
        await sweeping.stop()
        await closeAll()
        await close()
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** Reaches the provider at its port, although its URLs are those of a proxy. */
function directFetch(published: string, own: string): typeof fetch {
  return (input, init) => {
    const request = new Request(input, init)
    const { origin, pathname, search } = new URL(request.url)
    return fetch(origin === published ? new Request(`${own}${pathname}${search}`, request) : request)
  }
}
