import { describe, expect, it } from 'vitest'
import { internet, redirectUri } from '../../test/internet.ts'
import {
  cognito,
  docusign,
  gitea,
  mastodon,
  microsoft,
  okta,
  salesforce,
  wechat,
  type OAuth2Provider,
  type OpenIDProvider,
} from '../index.ts'

const credentials = { clientId: 'the-client', clientSecret: 'the-secret' }

/** Where a login starts, and for OpenID Connect where the metadata is looked for. */
async function start(provider: OAuth2Provider | OpenIDProvider): Promise<{ url: string; requests: readonly string[] }> {
  const { fetch, requests } = internet({})
  const client = provider({ name: 'tested', fetch })
  const started = await client.createAuthorization({ redirectUri }).catch(() => ({ url: '' })) // discovery finds nothing
  return { url: started.url, requests }
}

describe('what belongs to an account at the provider', () => {
  it.each([
    ['WeChat by QR code', wechat(credentials), 'https://open.weixin.qq.com/connect/qrconnect?'],
    [
      'WeChat inside of the app',
      wechat({ ...credentials, inApp: true }),
      'https://open.weixin.qq.com/connect/oauth2/authorize?',
    ],
    ['Gitea', gitea(credentials), 'https://gitea.com/login/oauth/authorize?'],
    ['Mastodon', mastodon({ ...credentials, url: 'https://chaos.social' }), 'https://chaos.social/oauth/authorize?'],
    [
      'a My Domain of Salesforce',
      salesforce({ ...credentials, host: 'ann.my.salesforce.com' }),
      'https://ann.my.salesforce.com/services/',
    ],
    [
      'a sandbox of Salesforce',
      salesforce({ ...credentials, host: 'ann--dev.sandbox.my.salesforce.com' }),
      'https://ann--dev.sandbox.my.',
    ],
    ['DocuSign', docusign(credentials), 'https://account.docusign.com/oauth/auth?'],
  ])('leads to %s', async (_name, provider, url) => {
    expect((await start(provider)).url.slice(0, url.length)).toBe(url)
  })

  it('asks for the profile inside of the WeChat app, where the scope has another name', async () => {
    expect((await start(wechat({ ...credentials, inApp: true }))).url).toContain('scope=snsapi_userinfo')
  })

  it.each([
    [
      'an authorization server of Okta',
      okta({ ...credentials, domain: 'ann.okta.com', authorizationServer: 'aus1' }),
      'https://ann.okta.com/oauth2/aus1/',
    ],
    [
      'the organization of Okta',
      okta({ ...credentials, domain: 'ann.okta.com', authorizationServer: null }),
      'https://ann.okta.com/.well-known/',
    ],
    [
      'a tenant of Microsoft',
      microsoft({ ...credentials, tenant: '11111111-2222-3333-4444-55555555555A' }),
      'https://login.microsoftonline.com/11111111-2222-3333-4444-55555555555a/v2.0/',
    ],
    [
      'a user pool of Cognito',
      cognito({ ...credentials, userPoolId: 'us-gov-west-1_Ab1' }),
      'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Ab1/',
    ],
  ])('leads to the metadata of %s', async (_name, provider, url) => {
    expect((await start(provider)).requests[0]).toMatch(`GET ${url}`)
  })

  it.each([
    ['Salesforce', () => salesforce({ ...credentials, host: 'salesforce.com.evil.example' })],
    ['Salesforce', () => salesforce({ ...credentials, host: 'evil.example/.my.salesforce.com' })],
    ['DocuSign', () => docusign({ ...credentials, host: 'account.docusign.com.evil.example' })],
    ['Mastodon', () => mastodon({ ...credentials, url: 'http://chaos.social' })],
    ['Mastodon', () => mastodon({ ...credentials, url: 'https://chaos.social/?x=' })],
    ['Okta', () => okta({ ...credentials, domain: 'ann.okta.com', authorizationServer: '../x' })],
    ['Microsoft', () => microsoft({ ...credentials, tenant: 'contoso.onmicrosoft.com' })],
    ['Cognito', () => cognito({ ...credentials, userPoolId: 'evil.example/_x' })],
  ])('is refused by %s when it leads elsewhere', (_name, make) => {
    expect(() => make()({ name: 'tested' })).toThrow(expect.objectContaining({ code: 'invalid_variable' }))
  })
})
