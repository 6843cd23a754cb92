import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { memoryStore, storeTokens } from '@authlib/core'
import { OAuth2Client, apiSession } from '@authlib/oauth2/client'
import { startFakeProvider } from '@authlib/testing'
import { expect, it, onTestFinished } from 'vitest'
import { serveStore } from '../support/remote-store.ts'

const script = fileURLToPath(new URL('../support/refreshing-process.ts', import.meta.url))
const secret = 'a secret of the application, 32 characters'

it('refreshes once for three processes with fifty parallel requests each (R11)', { timeout: 60_000 }, async () => {
  const provider = await startFakeProvider()
  const store = memoryStore()
  const server = await serveStore(store)
  onTestFinished(() => Promise.all([server.stop(), provider.stop()]).then(() => undefined))
  const { issuer, clientId, clientSecret } = provider
  const tokens = storeTokens(store, { secrets: [secret] })
  const client = new OAuth2Client({ issuer, clientId, clientSecret, tokens })
  const { url, login } = await client.createAuthorization({ redirectUri: 'https://app.example/callback' })
  const { token } = await client.finishAuthorization(provider.approve(url), login)
  await apiSession(client, 'alice').save({ ...token, expiresAt: 1 })
  provider.expireAccessTokens()
  provider.requests.length = 0

  const options = JSON.stringify({ issuer, clientId, clientSecret, storeUrl: server.url, secret })
  const processes = Array.from({ length: 3 }, () => {
    return fork(script, [options], { execArgv: ['--conditions=@authlib/source', '--no-warnings'] })
  })
  onTestFinished(() => processes.forEach((child) => child.kill()))
  await Promise.all(processes.map((child) => message(child)))
  const answers = processes.map((child) => message(child))
  for (const child of processes) child.send('go')

  expect((await Promise.all(answers)).flat()).toEqual(Array(150).fill(200))
  expect(provider.requests.filter((request) => request === 'POST /token')).toHaveLength(1)
  expect((await tokens.get('alice'))?.['refreshToken']).not.toBe(token.refreshToken)
})

async function message(child: ChildProcess): Promise<unknown> {
  const [received] = (await once(child, 'message')) as unknown[]
  return received
}
