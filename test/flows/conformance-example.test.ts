import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runExample, type ExampleProcess } from '../support/demo-process.ts'
import { FormBrowser } from '../support/form-browser.ts'

const CLIENTS = join(import.meta.dirname, '../../examples/conformance/clients.json')
const [CLIENT] = JSON.parse(readFileSync(CLIENTS, 'utf8')) as [{ client_id: string; redirect_uris: [string] }]

let example: ExampleProcess
let issuer: string

beforeAll(async () => {
  example = runExample('conformance', { AUTHLIB_PORT: '0', AUTHLIB_CLIENTS: CLIENTS })
  await example.printed(/Ctrl-C/g, 1)
  issuer = /http:\/\/localhost:\d+/.exec(example.output())![0]
}, 60_000)
afterAll(async () => {
  await example.stop()
})

const read = async <T>(path: string): Promise<T> => (await (await fetch(issuer + path)).json()) as T

describe('the provider for conformance suites', () => {
  it('offers what the plans for OpenID Connect ask for', async () => {
    expect(await read('/.well-known/openid-configuration')).toMatchObject({
      issuer,
      response_types_supported: expect.arrayContaining([
        ...['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
      ]) as unknown,
      response_modes_supported: expect.arrayContaining(['query', 'fragment', 'form_post']) as unknown,
      claims_parameter_supported: true,
      end_session_endpoint: `${issuer}/end_session`,
      backchannel_logout_supported: true,
      frontchannel_logout_supported: true,
    })
  })

  it('logs a person in for a client of the file, without PKCE, and signs with RS256', async () => {
    const browser = new FormBrowser((input, init) => {
      const { href, origin } = new URL(input as URL)
      return origin === issuer ? fetch(href, init) : Promise.resolve(new Response('the suite'))
    })
    const query = new URLSearchParams({
      client_id: CLIENT.client_id,
      redirect_uri: CLIENT.redirect_uris[0],
      response_type: 'code id_token',
      scope: 'openid',
      nonce: 'n',
      acr_values: 'password',
    })
    await browser.open(`${issuer}/authorize?${query.toString()}`)
    await browser.submit({ username: 'alice', password: 'alice' })
    await browser.submit({ decision: 'approve' })
    const answer = new URLSearchParams(new URL(browser.url).hash.slice(1))
    expect(answer.get('code')).not.toBeNull()
    const keys = createLocalJWKSet(await read<JSONWebKeySet>('/jwks'))
    const { payload } = await jwtVerify(answer.get('id_token') ?? '', keys, {
      ...{ issuer, audience: CLIENT.client_id, algorithms: ['RS256'] },
    })
    expect(payload).toMatchObject({ sub: 'alice', nonce: 'n', acr: 'password' })
  })

  it('rotates its keys on SIGUSR2', async () => {
    const kids = async (): Promise<readonly (string | undefined)[]> => {
      const { keys } = await read<JSONWebKeySet>('/jwks')
      return keys.map(({ kid }) => kid)
    }
    const before = await kids()
    process.kill(Number(/Process (\d+)/.exec(example.output())![1]), 'SIGUSR2')
    await example.printed(/The keys are rotated/g, 1)
    expect((await kids()).filter((kid) => !before.includes(kid))).not.toEqual([])
  })
})
