import { staticClients, type AuthorizationServer, type ClientMetadata } from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { Browser, REDIRECT_URI } from '../../../../oauth2/test/journey.ts'
import { authenticationUrl, claimsOf, logIn, provider, RP, withToken } from '../../../test/provider.ts'
import { sectorOf } from '../sector.ts'
import { pairwiseSubjects } from './pairwise-subjects.ts'

const SALT = 'a salt that never changes, 32 characters and more'
const PAIRWISE = { ...RP, subject_type: 'pairwise' }
const SISTER = { ...PAIRWISE, client_id: 'sister', client_secret: 'sister-secret-sister-secret-sister' }
const OTHER = {
  ...PAIRWISE,
  client_id: 'other',
  client_secret: 'other-secret-other-secret-other',
  sector_identifier_uri: 'https://other.example/redirects.json',
}
const OPEN = { ...RP, client_id: 'open', client_secret: 'open-secret-open-secret-open-secret' }

async function start(salt = SALT): Promise<AuthorizationServer> {
  const { server } = await provider({ clients: staticClients([PAIRWISE, SISTER, OTHER, OPEN]) })
  return server.register(pairwiseSubjects({ salt }))
}

const subOf = async (
  server: AuthorizationServer,
  client: ClientMetadata = PAIRWISE,
  user = 'alice',
): Promise<unknown> => claimsOf((await logIn(server, {}, { client, user })).json['id_token']).sub

it('gives clients of one sector the same sub, and others another (Core §8.1)', async () => {
  const server = await start()
  const sub = await subOf(server)
  expect(sub).not.toContain('alice')
  expect(await subOf(server, SISTER)).toBe(sub)
  expect(await subOf(server, OTHER)).not.toBe(sub)
  expect(await subOf(server, PAIRWISE, 'bob')).not.toBe(sub)
  expect(await subOf(server, OPEN)).toBe('alice')
})

it('never changes for one salt, and is at most 255 ASCII characters (Core §2)', async () => {
  const sub = String(await subOf(await start()))
  expect(await subOf(await start())).toBe(sub)
  expect(await subOf(await start('another salt of at least 32 characters'))).not.toBe(sub)
  expect(sub).toMatch(/^[\w-]{1,255}$/)
})

it('is the same at userinfo (Core §5.3.2)', async () => {
  const server = await start()
  const { json } = await logIn(server, {}, { client: PAIRWISE })
  const answer = (await (await withToken(server, '/userinfo', json['access_token'])).json()) as { sub: string }
  expect(answer.sub).toBe(claimsOf(json['id_token']).sub)
})

it('is understood in an id_token_hint, of this client alone (Core §3.1.2.1)', async () => {
  const server = await start()
  const browser = new Browser(server)
  const { json } = await logIn(server, {}, { client: PAIRWISE, browser })
  const hint = { id_token_hint: String(json['id_token']), prompt: 'none' }
  const same = await browser.open(authenticationUrl(hint))
  expect(same.headers.get('location')).toContain('code=')
  const bob = new Browser(server)
  await logIn(server, {}, { client: PAIRWISE, browser: bob, user: 'bob' })
  const other = await bob.open(authenticationUrl(hint))
  expect(other.headers.get('location')).toContain('error=login_required')
})

describe('the sector', () => {
  const client = (more: object) => ({ clientId: 'c', redirectUris: [REDIRECT_URI], metadata: {}, ...more }) as never

  it('is the host of sector_identifier_uri, or of the redirect URIs (Core §8.1)', () => {
    expect(sectorOf(client({}))).toBe('app.example')
    expect(sectorOf(client({ metadata: { sector_identifier_uri: 'https://s.example/x' } }))).toBe('s.example')
  })

  it('is the host of jwks_uri for a client of CIBA, or of its endpoint in push mode (CIBA Core §4)', () => {
    const client = { clientId: 'counter', redirectUris: [] }
    const metadata = { grant_types: ['urn:openid:params:grant-type:ciba'], jwks_uri: 'https://keys.example/jwks' }
    expect(sectorOf({ ...client, metadata })).toBe('keys.example')
    const push = {
      backchannel_token_delivery_mode: 'push',
      backchannel_client_notification_endpoint: 'https://a.example',
    }
    expect(sectorOf({ ...client, metadata: { ...metadata, ...push } })).toBe('a.example')
  })

  it('must be said when the redirect URIs have several hosts (Core §8.1)', () => {
    expect(() => sectorOf(client({ redirectUris: [REDIRECT_URI, 'https://b.example/cb'] }))).toThrow(
      'client "c": pairwise subjects need sector_identifier_uri when the redirect URIs have several hosts',
    )
  })
})

it('refuses a salt that can be guessed', () => {
  expect(() => pairwiseSubjects({ salt: 'short' })).toThrow('at least 32 characters')
  expect(() => pairwiseSubjects({ salt: undefined as never })).toThrow('at least 32 characters')
})

it('refuses a client that is registered for pairwise subjects where there are none', async () => {
  const { server } = await provider({ clients: staticClients([PAIRWISE]) })
  const response = await server.fetch(new Request(authenticationUrl()))
  expect(response.headers.get('location')).toContain('error=invalid_request')
})

it('is advertised (Discovery §3)', async () => {
  expect((await start()).metadata()['subject_types_supported']).toEqual(['public', 'pairwise'])
})
