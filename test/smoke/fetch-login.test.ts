import { OAuth } from '@authlib/core'
import { fetchAdapter, withCookies } from '@authlib/fetch'
import { OAuth2Client } from '@authlib/oauth2/client'
import { expect, it } from 'vitest'

const SECRETS = ['a secret of at least 32 characters']

it('keeps a login between two Web requests in a cookie', async () => {
  const oauth = new OAuth({ adapter: fetchAdapter, secrets: SECRETS }).register(
    'example',
    (environment) =>
      new OAuth2Client({
        ...environment,
        clientId: 'web',
        metadata: {
          issuer: 'https://as.example',
          authorization_endpoint: 'https://as.example/authorize',
          token_endpoint: 'https://as.example/token',
        },
        fetch: () => Promise.resolve(Response.json({ access_token: 't1', token_type: 'Bearer' })),
      }),
  )
  const start = await oauth.example.authorizeRedirect(new Request('https://app.example/login'), {
    redirectUri: 'https://app.example/callback',
  })
  const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? ''
  const [cookie = ''] = start.headers.getSetCookie().map((text) => text.split(';')[0]!)
  const callback = `https://app.example/callback?code=c1&state=${state}`
  const request = new Request(callback, { headers: { cookie } })
  const { token } = await oauth.example.authorizeAccessToken(request)
  const answer = withCookies(request, Response.redirect('https://app.example/'))
  expect(token.accessToken).toBe('t1')
  expect([answer.status, answer.headers.getSetCookie().length]).toEqual([302, 1])
})
