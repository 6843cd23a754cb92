import { apiSession } from '../client/index.ts'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Params, type Provider } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import type { OAuth1Client } from '../client/index.ts'
import { parseOAuthHeader } from '../index.ts'
import * as presets from './index.ts'

const credentials = { clientId: 'key', clientSecret: 'secret' }
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

const providers: Readonly<Record<string, Provider<OAuth1Client>>> = {
  x: presets.x(credentials),
  trello: presets.trello({ ...credentials, params: { name: 'App' } }),
  tumblr: presets.tumblr(credentials),
  flickr: presets.flickr(credentials),
  discogs: presets.discogs({ ...credentials, headers: { 'user-agent': 'App/1.0' } }),
  garmin: presets.garmin(credentials),
  smugmug: presets.smugmug(credentials),
  plurk: presets.plurk(credentials),
  evernote: presets.evernote(credentials),
  tripit: presets.tripit(credentials),
  schoology: presets.schoology(credentials),
  atlassianServer: presets.atlassianServer({ url: 'https://git.example/bitbucket', clientId: 'key', privateKey }),
  mediawiki: presets.mediawiki(credentials),
  netsuite: presets.netsuite({ ...credentials, account: '1234567_SB1' }),
  openBankProject: presets.openBankProject({ url: 'https://bank.example', ...credentials }),
  usos: presets.usos({ url: 'https://usos.example', ...credentials }),
}

/** A provider of revision A, and of the one before. */
function fakeFetch(seen: Request[]): typeof fetch {
  return async (input, init) => {
    seen.push(new Request(input, init))
    return new Response('oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true')
  }
}

describe.each(Object.entries(providers))('the preset %s', (name, provider) => {
  it('logs in over https, and signs for its API', async () => {
    const seen: Request[] = []
    const client = provider({ name, fetch: fakeFetch(seen) })
    const { url, login } = await client.createAuthorization({ redirectUri: 'https://app.example/cb' })
    expect(new URL(url).searchParams.get('oauth_token')).toBe('t')
    const callback = Params.parse('oauth_token=t&oauth_verifier=v')
    const { token } = await client.finishAuthorization(callback, login)
    await apiSession(client, { token }).fetch('.')
    expect([url, ...seen.map((request) => request.url)].every((one) => one.startsWith('https://'))).toBe(true)
    const signed = seen.map(({ headers }) => parseOAuthHeader(headers.get('authorization'))?.pairs.at(-1)?.[0])
    expect(signed).toEqual(['oauth_signature', 'oauth_signature', 'oauth_signature'])
  })
})

it('stands on the page of the guide, each of them', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/guide/oauth1-providers.md'), 'utf8')
  const listed = Array.from(page.matchAll(/^\| `(\w+)`/gm), ([, name]) => name)
  expect(listed).toEqual(Object.keys(providers).sort())
})

it('lets the application have its say', async () => {
  const seen: Request[] = []
  const client = presets.trello({ ...credentials, params: { name: 'App' }, realm: 'r' })({
    name: '',
    fetch: fakeFetch(seen),
  })
  const { url } = await client.createAuthorization({ redirectUri: 'https://app.example/cb' })
  expect(url).toBe('https://trello.com/1/OAuthAuthorizeToken?name=App&oauth_token=t')
})

it('names the account of NetSuite as realm and host, and refuses another host in it', async () => {
  const seen: Request[] = []
  const client = presets.netsuite({ ...credentials, account: '1234567-sb1' })({ name: '', fetch: fakeFetch(seen) })
  await client.createAuthorization({ redirectUri: 'https://app.example/cb' })
  expect(seen[0]!.url).toBe('https://1234567-sb1.restlets.api.netsuite.com/rest/requesttoken')
  expect(parseOAuthHeader(seen[0]!.headers.get('authorization'))?.realm).toBe('1234567_SB1')
  expect(() => presets.netsuite({ ...credentials, account: 'evil.example/' })).toThrow(TypeError)
})

it('demands a verifier everywhere but where there is no revision A', async () => {
  const without: string[] = []
  for (const [name, provider] of Object.entries(providers)) {
    const client = provider({ name, fetch: fakeFetch([]) })
    const login = { token: 't', tokenSecret: 's' }
    const finished = client.finishAuthorization('?oauth_token=t', login)
    const done = await finished.then(
      () => true,
      () => false,
    )
    if (done) without.push(name)
  }
  expect(without).toEqual(['tripit', 'schoology'])
})
