/** Starts the provider for conformance suites, and stops it on Ctrl-C. SIGUSR2 rotates its keys. */

import { listen } from '@authlib-examples/demo/listen'
import { readClients } from '@authlib-examples/demo/provider/clients'
import { readIssuer, readPort, SetupError } from '@authlib-examples/demo/settings'
import { AuthlibError, memoryStore, randomToken, type ClientCertificate } from '@authlib/core'
import { storedKeys } from '@authlib/jose'
import { mount } from '@authlib/node'
import { certificateFromHeader } from '@authlib/oauth2/server'
import type { IncomingMessage } from 'node:http'
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { createFapiProvider, fapiAlgorithms, isFapiProfile } from './fapi.ts'
import { createProvider } from './provider.ts'

try {
  await start(process.env)
} catch (error) {
  if (!(error instanceof SetupError || error instanceof AuthlibError)) throw error
  console.error([error.message, 'reason' in error ? error.reason : undefined].filter(Boolean).join(': '))
  process.exitCode = 1
}

const INTERACTION = 'x-fapi-interaction-id'

/** Of the request, or a new one. FAPI 1.0 Baseline §6.2.1 */
function interactionOf({ headers }: IncomingMessage): string {
  const sent = headers[INTERACTION]
  return typeof sent === 'string' && /^[\w-]{1,64}$/.test(sent) ? sent : randomUUID()
}

/** From the TLS proxy, which must remove the header from what it gets. Any certificate will do: the clients name theirs. */
function clientCertificate({ headers }: IncomingMessage): ClientCertificate | undefined {
  return certificateFromHeader(headers['x-ssl-cert'], { trusted: true })
}

/** @throws SetupError */
async function start(env: NodeJS.ProcessEnv): Promise<void> {
  const { AUTHLIB_CLIENTS: file, AUTHLIB_ISSUER: published, INIT_CWD: folder = '' } = env
  const { AUTHLIB_PROFILE: profile = 'openid', AUTHLIB_MTLS_ORIGIN: mtlsOrigin } = env
  if (profile !== 'openid' && !isFapiProfile(profile))
    throw new SetupError(`AUTHLIB_PROFILE is ${profile}, which is none`)
  const clients = file ? await readClients(resolve(folder, file)) : []
  const issuer = published ? readIssuer(published) : undefined
  const http = await listen(readPort(env, 'AUTHLIB_PORT', 5100), 'AUTHLIB_PORT')
  const store = memoryStore()
  const secrets = [randomToken()]
  const algorithms = profile === 'openid' ? (['RS256', 'ES256'] as const) : fapiAlgorithms // Discovery §3: RS256 must be offered
  const keys = storedKeys({ store, secrets, algorithms })
  const options = { issuer: issuer ?? http.url, store, secrets, keys, clients }
  const server =
    profile === 'openid' ? createProvider(options) : createFapiProvider({ ...options, profile, mtlsOrigin })
  const handle = mount(server, { clientCertificate })
  http.serve((request, response) => {
    if (profile === 'fapi-ciba') response.setHeader(INTERACTION, interactionOf(request))
    handle(request, response)
  })

  const delivering = setInterval(() => void server.deliverDue().catch(console.error), 10_000)
  const rotate = (): void => void keys.rotate().then(() => console.log('The keys are rotated.'), console.error)
  process.on('SIGUSR2', rotate)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clearInterval(delivering)
      process.off('SIGUSR2', rotate)
      void http.close()
    })
  }
  console.log(`
  Issuer    ${server.issuer}
  Listens   ${http.url}
  Clients   ${clients.length}

  Process ${process.pid}: SIGUSR2 rotates the keys, Ctrl-C stops the provider.
`)
}
