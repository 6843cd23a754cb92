import { spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Placement } from '@authlib/oauth1'
import { OAuth1Client, apiSession } from '@authlib/oauth1/client'
import type { RegisteredClient } from '@authlib/oauth1/server'
import type { TestServer } from '@authlib/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, pythonOAuthlib } from '../support/needs.ts'
import { EVERY_METHOD, startOAuth1Provider } from '../support/oauth1-provider.ts'

// Without `%XX`: OAuthLib decodes the values of its own parameters twice, as client and as server.
const CALLBACK = 'https://app.example/cb?keep=1'
const SECRET = 's & %ü+~'
const PLAIN_SECRET = 'nothing-to-be-encoded' // decoded twice, too
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs1' }) as string
const publicKey = pair.publicKey.export({ format: 'pem', type: 'pkcs1' }) as string
const support = (name: string): string => join(import.meta.dirname, '../support', name)

const clients: readonly RegisteredClient[] = EVERY_METHOD.map(({ name, key }) => ({
  clientId: `client ${name}`,
  ...(key === 'publicKey' ? { publicKey } : { clientSecret: name === 'PLAINTEXT' ? PLAIN_SECRET : SECRET }),
  redirectUris: [CALLBACK],
  signatureMethods: [name],
}))

describeWith(pythonOAuthlib, 'requests-oauthlib as a client of our server', (python) => {
  let provider: TestServer
  beforeAll(async () => {
    provider = await startOAuth1Provider({ clients })
  })
  afterAll(() => provider.stop())

  it('OL-01, OL-03, RQ-01, RQ-02: does the whole journey with every signature method and placement', async () => {
    const cases = clients.flatMap(({ clientId, signatureMethods: [method] = [], clientSecret }) =>
      ['AUTH_HEADER', 'QUERY', 'BODY'].map((placement) => ({
        clientId,
        method,
        placement,
        ...(clientSecret === undefined ? { privateKey } : { clientSecret }),
      })),
    )
    const argument = JSON.stringify({ url: provider.url, callback: CALLBACK, cases })
    const peer = spawn(python, [support('oauth1_client.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
    peer.stdin.end(`${argument}\n`)
    const [line] = (await once(createInterface(peer.stdout), 'line')) as [string]
    const results = JSON.parse(line) as [string, string, number, string][]
    expect(results).toHaveLength(7 * 5)
    for (const [method, placement, status, text] of results) {
      expect(status, `${method} ${placement}: ${text}`).toBe(200)
      expect(JSON.parse(text)).toMatchObject({ clientId: `client ${method}`, subject: 'ann' })
    }
  }, 120_000)
})

describeWith(pythonOAuthlib, 'our client at a server made of OAuthLib', (python) => {
  let peer: ChildProcess
  let url: string
  beforeAll(async () => {
    const known = clients.map(({ clientId, clientSecret, publicKey: key }) => [
      clientId,
      { secret: clientSecret, publicKey: key },
    ])
    const argument = JSON.stringify({ callback: CALLBACK, clients: Object.fromEntries(known) as unknown })
    peer = spawn(python, [support('oauth1_server.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
    peer.stdin!.write(`${argument}\n`)
    const [port] = (await once(createInterface(peer.stdout!), 'line')) as [string]
    url = `http://127.0.0.1:${port}`
  }, 60_000)
  afterAll(async () => {
    peer.stdin?.end()
    peer.kill()
    await once(peer, 'exit')
  })

  const cases = EVERY_METHOD.flatMap((method) =>
    (['header', 'query', 'body'] as const).map((placement): [string, Placement] => [method.name, placement]),
  )
  it.each(cases)('OL-07: does the whole journey with %s in the %s', async (name, placement) => {
    const signatureMethod = EVERY_METHOD.find((method) => method.name === name)!
    const client = new OAuth1Client({
      clientId: `client ${name}`,
      ...(signatureMethod.key === 'publicKey'
        ? { privateKey }
        : { clientSecret: name === 'PLAINTEXT' ? PLAIN_SECRET : SECRET }),
      requestTokenUrl: `${url}/initiate`,
      authorizationUrl: `${url}/authorize`,
      accessTokenUrl: `${url}/token`,
      apiBaseUrl: url,
      signatureMethod,
      placement,
    })
    const { url: authorization, login } = await client.createAuthorization({ redirectUri: CALLBACK })
    const answer = await fetch(authorization, { redirect: 'manual' })
    const { token } = await client.finishAuthorization(answer.headers.get('location') ?? '', login)
    const form = new URLSearchParams([
      ['b', 'x y'],
      ['b', ''],
      ['c', "&=+~!*'()"],
      ['d', 'ü啦'],
    ])
    const session = apiSession(client, { token })
    const response = await session.fetch('/r/%7Ea%20b?a=1&a=%20&ü=啦', { method: 'POST', body: form })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ client: `client ${name}` })
    if (placement === 'body') return
    const json = await session.fetch('/r', {
      method: 'PUT',
      body: '{"x":1}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await json.json()).toEqual({ client: `client ${name}`, body: '{"x":1}' })
  })
})
