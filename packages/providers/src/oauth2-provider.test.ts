import { apiSession } from '@authlib/oauth2/client'
import { describe, expect, it } from 'vitest'
import { now, logIn, type Routes } from '../test/internet.ts'
import {
  discord,
  dropbox,
  github,
  kakao,
  oauth2Provider,
  pipedrive,
  spotify,
  zoho,
  type OAuth2Preset,
} from './index.ts'

const credentials = { clientId: 'the-client', clientSecret: 'the-secret' }
const tokenResponse = { access_token: 'at-1', token_type: 'Bearer', expires_in: 3600 }

const example: OAuth2Preset = {
  name: 'example',
  title: 'Example',
  protocol: 'oauth2',
  variables: { region: { pattern: '[a-z]{2}', default: 'eu' } },
  metadata: {
    authorization_endpoint: 'https://{region}.example.com/authorize',
    token_endpoint: 'https://{region}.example.com/token',
  },
  scope: ['read'],
  offline: { scope: ['offline'] },
  api: { base: 'https://api.example.com/' },
  userinfo: { url: 'me' },
  profile: { sub: 'id', email: 'mail', email_verified: 'checked' },
}

const answers = (me: unknown = { id: 1 }, status = 200): Routes => ({
  'POST https://eu.example.com/token': () => Response.json(tokenResponse),
  'GET https://api.example.com/me': () => Response.json(me, { status }),
})

describe('a preset', () => {
  it('of one’s own makes a provider', async () => {
    const { result, authorization } = await logIn(oauth2Provider(example, credentials), { routes: answers() })
    expect(authorization.href).toMatch(/^https:\/\/eu\.example\.com\/authorize\?/)
    expect(result).toMatchObject({ profile: { sub: '1' }, raw: { id: 1 }, data: {} })
  })

  it('takes variables that have their shape, and refuses others', async () => {
    const routes: Routes = {
      ...answers(),
      'POST https://us.example.com/token': () => Response.json(tokenResponse),
    }
    const of = (region: string): ReturnType<typeof oauth2Provider> =>
      oauth2Provider(example, credentials, { variables: { region } })
    expect((await logIn(of('us'), { routes })).authorization.host).toBe('us.example.com')
    for (const region of ['usa', 'u', 'u.', '', 'us\n']) {
      await expect(logIn(of(region), { routes })).rejects.toMatchObject({ code: 'invalid_variable' })
    }
  })

  it('is corrected by one line: an endpoint', async () => {
    const metadata = { token_endpoint: 'https://new.example.com/token' }
    const routes = {
      ...answers(),
      'POST https://new.example.com/token': () => Response.json({ ...tokenResponse, access_token: 'new' }),
    }
    const { result } = await logIn(oauth2Provider(example, { ...credentials, metadata }), { routes })
    expect(result.token.accessToken).toBe('new')
  })

  it('is corrected by one line: any other member', async () => {
    const preset = { userinfo: { url: 'v2/me', at: 'user' }, profile: { name: 'full_name' } }
    const routes: Routes = {
      ...answers(),
      'GET https://api.example.com/v2/me': () => Response.json({ user: { id: 1, full_name: 'Jane' } }),
    }
    const { result } = await logIn(oauth2Provider(example, { ...credentials, preset }), { routes })
    expect(result.profile).toEqual({ sub: '1', name: 'Jane' })
  })

  it('leaves its own table as it is when it is corrected', async () => {
    const before = JSON.stringify(example)
    await logIn(oauth2Provider(example, { ...credentials, preset: { api: { base: 'https://api.example.com/' } } }), {
      routes: answers(),
    })
    expect(JSON.stringify(example)).toBe(before)
  })

  it('asks for other scopes instead of its own, and for a refresh token', async () => {
    const options = { ...credentials, scope: ['write'], offline: true }
    const { authorization } = await logIn(oauth2Provider(example, options), { routes: answers() })
    expect(authorization.searchParams.get('scope')).toBe('write offline')
  })

  it('refuses a scope that is a string, which would be asked for letter by letter', () => {
    const options = { clientId: 'the-client', clientSecret: 's', scope: 'repo gist' } as never
    expect(() => github(options)({ name: 'github' })).toThrow('scope of GitHub must be an array, and not a string')
  })

  it('says so when a refresh token is asked for that there is not', async () => {
    const options = { ...credentials, offline: true, preset: { offline: 'never' as const } }
    await expect(logIn(oauth2Provider(example, options), { routes: answers() })).rejects.toThrow(
      new TypeError('Example gives no refresh tokens: leave `offline` out'),
    )
  })

  it('keeps the settings of its client: parameters, extensions, resources', async () => {
    const options = { ...credentials, params: { lang: 'de' }, resources: ['https://files.example.com'] }
    const routes: Routes = { ...answers(), 'GET https://files.example.com/a': () => new Response('file') }
    const { client, result, authorization } = await logIn(oauth2Provider(example, options), { routes })
    expect(authorization.searchParams.get('lang')).toBe('de')
    const session = apiSession(client, { token: result.token })
    expect(await (await session.fetch('https://files.example.com/a')).text()).toBe('file')
    await expect(session.fetch('https://evil.example/')).rejects.toMatchObject({ code: 'foreign_origin' })
  })
})

describe('the profile', () => {
  it.each([
    ['without a subject', {}, 200, 'it does not say who logged in'],
    ['that is no object', 'jane', 200, 'there is no profile in it'],
    ['that is refused', { error: 'no' }, 403, 'api.example.com answered 403'],
    ['that redirects', {}, 302, undefined],
  ])('%s ends the login', async (_title, me, status, reason) => {
    const login = logIn(oauth2Provider(example, credentials), { routes: answers(me, status) })
    await expect(login).rejects.toMatchObject({
      status: 502,
      ...(reason !== undefined && { code: 'invalid_userinfo', reason }),
    })
  })

  it.each([
    [
      { mail: 'jane@example.com', checked: true },
      { email: 'jane@example.com', email_verified: true },
    ],
    [
      { mail: 'jane@example.com', checked: 'false' },
      { email: 'jane@example.com', email_verified: false },
    ],
    [{ mail: 'jane@example.com', checked: 'perhaps' }, { email: 'jane@example.com' }],
    [{ mail: 'jane@example.com' }, { email: 'jane@example.com' }],
    [{ mail: null, checked: true }, {}],
  ])('of %j is honest about the address', async (me, claims) => {
    const { result } = await logIn(oauth2Provider(example, credentials), { routes: answers({ id: 'u', ...me }) })
    expect(result.profile).toEqual({ sub: 'u', ...claims })
  })

  it('of Discord has no picture without an avatar, and the user name without another', async () => {
    const routes: Routes = {
      'POST https://discord.com/api/oauth2/token': () => Response.json(tokenResponse),
      'GET https://discord.com/api/users/@me': () =>
        Response.json({ id: '8', username: 'nelly', global_name: null, avatar: null }),
    }
    const { result } = await logIn(discord(credentials), { routes })
    expect(result.profile).toEqual({ sub: '8', name: 'nelly', preferred_username: 'nelly' })
  })

  it('of Kakao says nothing of an address that Kakao says nothing of', async () => {
    const routes: Routes = {
      'POST https://kauth.kakao.com/oauth/token': () => Response.json(tokenResponse),
      'GET https://kapi.kakao.com/v2/user/me': () =>
        Response.json({ id: 1, kakao_account: { email: 'a@example.com' } }),
    }
    const { result } = await logIn(kakao(credentials), { routes })
    expect(result.profile).toEqual({ sub: '1', email: 'a@example.com' })
  })
})

describe('a value that the provider says', () => {
  it('must be a host of the provider: the data center of Zoho', async () => {
    const callback = (): Record<string, string> => ({ 'accounts-server': 'https://accounts.zoho.evil.example' })
    await expect(logIn(zoho(credentials), { routes: {}, callback })).rejects.toMatchObject({ code: 'invalid_variable' })
  })

  it('must be a host of the provider: the API of Pipedrive', async () => {
    const api_domain = 'https://evil.example'
    const routes: Routes = {
      'POST https://oauth.pipedrive.com/oauth/token': () => Response.json({ ...tokenResponse, api_domain }),
    }
    const login = logIn(pipedrive(credentials), { routes })
    await expect(login).rejects.toMatchObject({ code: 'invalid_variable' })
  })

  it('cannot stand in for a member of the token response', async () => {
    const routes: Routes = {
      'POST https://api.dropboxapi.com/oauth2/token': () => Response.json(tokenResponse),
      'POST https://api.dropboxapi.com/2/users/get_current_account': () => Response.json({ account_id: 'own' }),
    }
    const callback = (): Record<string, string> => ({ account_id: 'of the victim' })
    const { result } = await logIn(dropbox(credentials), { routes, callback })
    expect(result.profile.sub).toBe('own')
    expect(result.token).not.toHaveProperty('extra')
  })
})

it('calls the API in a session as the provider wants it', async () => {
  const routes: Routes = {
    'POST https://accounts.spotify.com/api/token': () => Response.json({ ...tokenResponse, refresh_token: 'rt-1' }),
    'GET https://api.spotify.com/v1/me': () => Response.json({ id: 'jane' }),
    'GET https://api.spotify.com/v1/me/playlists': (request) =>
      Response.json({ sent: request.headers.get('authorization') }),
  }
  const { client, result } = await logIn(spotify(credentials), { routes })
  const response = await apiSession(client, { token: result.token }).fetch('me/playlists')
  expect(await response.json()).toEqual({ sent: 'Bearer at-1' })
  expect(result.token.expiresAt).toBe(now + 3600)
})

it('knows a public client: without a secret only the id is sent', async () => {
  let sent = ''
  const routes: Routes = {
    'POST https://github.com/login/oauth/access_token': (_request, body) => {
      sent = body
      return Response.json(tokenResponse)
    },
    'GET https://api.github.com/user': () => Response.json({ id: 1, login: 'octocat' }),
  }
  await logIn(github({ clientId: 'the-client' }), { routes })
  expect(new URLSearchParams(sent).get('client_id')).toBe('the-client')
  expect(new URLSearchParams(sent).has('client_secret')).toBe(false)
})
