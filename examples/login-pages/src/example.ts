/** The provider on the network, with its database. */

import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { startSweeping, systemClock, type Clock } from '@authlib/core'
import { closeServer, mount } from '@authlib/node'
import type { AuthorizationServer } from '@authlib/oauth2/server'
import { openDatabase } from './database.ts'
import { createProvider, type ProviderOptions } from './provider.ts'

export interface ExampleOptions extends Omit<ProviderOptions, 'issuer' | 'clock'> {
  /** Where the world reaches it. Default: at its port on this machine. */
  readonly issuer?: string | undefined
  readonly clock?: Clock | undefined
  /** 0 lets the system choose. */
  readonly port: number
  readonly database: string
}

export interface Example {
  readonly server: AuthorizationServer
  stop(): Promise<void>
}

/** Listens on this machine alone: a proxy in front of it ends TLS. */
export async function startExample(options: ExampleOptions): Promise<Example> {
  const { port, database, clock = systemClock, ...others } = options
  const db = await openDatabase(database)
  const http = createServer().listen(port, '127.0.0.1')
  await once(http, 'listening')
  const issuer = options.issuer ?? `http://localhost:${(http.address() as AddressInfo).port}`
  const server = createProvider(db, { ...others, issuer, clock })
  http.on('request', mount(server))
  const sweeping = startSweeping(db.store, { onError: console.error })
  const delivering = setInterval(() => void server.deliverDue(), 60_000) // tells clients of logouts, after a crash too
  return {
    server,
    async stop() {
      clearInterval(delivering)
      await Promise.all([closeServer(http), sweeping.stop()])
      await db.close()
    },
  }
}
