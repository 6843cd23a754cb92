/** Token sessions of several processes that refresh under a lock of their database. */

import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { storeTokens } from '@authlib/core'
import { OAuth2Client, apiSession } from '@authlib/oauth2/client'
import { startFakeProvider } from '@authlib/testing'
import { expect, it, onTestFinished } from 'vitest'
import { describeWith, postgresServer, redisServer } from '../support/needs.ts'
import { openDatabase } from '../support/open-database.ts'

const script = fileURLToPath(new URL('../support/locking-process.ts', import.meta.url))
const secret = 'a secret of the application, 32 characters'
const PROCESSES = 4
const CALLS = 25
const EXPIRIES = 3

describeWith(postgresServer, 'with advisory locks of PostgreSQL', refreshesOnce)
describeWith(redisServer, 'with locks of Redis', refreshesOnce)

function refreshesOnce(url: string): void {
  it(`refreshes once per expiry for ${PROCESSES * CALLS} requests in ${PROCESSES} processes (R11)`, async () => {
    const name = `locks_${randomBytes(6).toString('hex')}`
    const { store, close, drop } = await openDatabase(url, { name })
    const provider = await startFakeProvider()
    onTestFinished(async () => {
      await provider.stop()
      await drop()
      await close()
    })
    const { issuer, clientId, clientSecret } = provider
    const tokens = storeTokens(store, { secrets: [secret] })
    const client = new OAuth2Client({ issuer, clientId, clientSecret, tokens })
    const { url: start, login } = await client.createAuthorization({ redirectUri: 'https://app.example/callback' })
    const { token } = await client.finishAuthorization(provider.approve(start), login)
    await apiSession(client, 'alice').save(token)

    const options = JSON.stringify({ issuer, clientId, clientSecret, url, name, secret })
    const processes = Array.from({ length: PROCESSES }, () => {
      return fork(script, [options], { execArgv: ['--conditions=@authlib/source', '--no-warnings'] })
    })
    onTestFinished(() => processes.forEach((child) => child.kill()))
    await Promise.all(processes.map(message))

    const seen = new Set([token.refreshToken])
    for (let expiry = 1; expiry <= EXPIRIES; expiry++) {
      provider.expireAccessTokens()
      provider.requests.length = 0
      const answers = processes.map(message)
      for (const child of processes) child.send(CALLS)
      expect((await Promise.all(answers)).flat()).toEqual(Array(PROCESSES * CALLS).fill(200))
      expect(provider.requests.filter((request) => request === 'POST /token')).toHaveLength(1)
      seen.add((await tokens.get('alice'))?.['refreshToken'] as string)
      expect(seen.size).toBe(1 + expiry) // rotated, and the new one is kept
    }
    for (const child of processes) child.send(0)
    await Promise.all(processes.map((child) => once(child, 'exit')))
  }, 90_000)
}

async function message(child: ChildProcess): Promise<unknown> {
  const [received] = (await once(child, 'message')) as unknown[]
  return received
}
