import { apiSession } from '@authlib/oauth2/client'
import { describe, expect, it } from 'vitest'
import { logIn, type Routes } from '../../test/internet.ts'
import { github, type GitHubOptions } from './github.ts'

const credentials = { clientId: 'the-client', clientSecret: 'the-secret' }
const user = { id: 1, login: 'octocat', name: null, email: 'shown@example.com' }
const token = { access_token: 'at-1', token_type: 'bearer', scope: 'read:user,user:email' }

const routes = (site = 'https://github.com', api = 'https://api.github.com', emails: unknown = []): Routes => ({
  [`POST ${site}/login/oauth/access_token`]: () => Response.json(token),
  [`GET ${api}/user`]: () => Response.json(user),
  [`GET ${api}/user/emails`]: () => (emails === null ? new Response(null, { status: 404 }) : Response.json(emails)),
})

describe('github', () => {
  it.each([
    ['github.example.com', 'https://github.example.com/api/v3'],
    ['octocorp.ghe.com', 'https://api.octocorp.ghe.com'],
  ])('logs in at GitHub Enterprise on %s', async (host, api) => {
    const played = await logIn(github({ ...credentials, host }), { routes: routes(`https://${host}`, api) })
    expect(played.authorization.href).toMatch(`https://${host}/login/oauth/authorize?`)
    expect(played.result.profile.preferred_username).toBe('octocat')
    expect(apiSession(played.client, { token: played.result.token }).baseUrl).toBe(`${api}/`)
  })

  it('takes the public address without a word on its verification when the list is out of reach', async () => {
    const { result } = await logIn(github(credentials), { routes: routes(undefined, undefined, null) })
    expect(result.profile.email).toBe('shown@example.com')
    expect(result.profile).not.toHaveProperty('email_verified')
  })

  it('says of the primary address whether it is verified', async () => {
    const emails = [{ email: 'jane@example.com', primary: true, verified: false }]
    const { result } = await logIn(github(credentials), { routes: routes(undefined, undefined, emails) })
    expect(result.profile).toMatchObject({ email: 'jane@example.com', email_verified: false })
    expect(result.raw).toMatchObject({ ...user, more: { emails } })
  })

  it('refuses the callback of another issuer (RFC 9207 §2.4)', async () => {
    const callback = (): Record<string, string> => ({ iss: 'https://evil.example' })
    await expect(logIn(github(credentials), { routes: routes(), callback })).rejects.toMatchObject({
      code: 'issuer_mismatch',
    })
  })

  it.each(['evil.example/x', 'evil.example#', 'a@evil.example', 'evil.example:8443/', ''])(
    'refuses the host %s',
    async (host) => {
      const options: GitHubOptions = { ...credentials, host }
      await expect(logIn(github(options), { routes: routes() })).rejects.toMatchObject({ code: 'invalid_variable' })
    },
  )
})
