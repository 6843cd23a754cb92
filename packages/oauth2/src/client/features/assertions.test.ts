import { memoryStore } from '@authlib/core'
import { generateKey, signJwt, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock } from '../../../test/journey.ts'
import { experimentalIdentityAssertionIssuer } from '../../server/features/identity-assertion-issuer.ts'
import { experimentalIdentityAssertions } from '../../server/features/identity-assertion.ts'
import { jwtBearerGrant } from '../../server/features/jwt-bearer.ts'
import { saml2BearerGrant } from '../../server/features/saml2-bearer.ts'
import { tokenExchangeGrant } from '../../server/features/token-exchange.ts'
import { staticClients } from '../../server/records/clients.ts'
import { experimentalIdentityAssertion, OAuth2Client, saml2Bearer } from '../index.ts'

const SECRET = 'client-secret-client-secret-client-secret'
const CHAT = 'https://chat.example'
const clock = manualClock()

describe('the SAML 2.0 bearer grant (RFC 7522 §2.1)', () => {
  it('sends the assertion to the last character, and gets a token of its person', async () => {
    const { server } = bareServer({
      clock,
      clients: staticClients([
        {
          client_id: 'web',
          client_secret: SECRET,
          grant_types: ['urn:ietf:params:oauth:grant-type:saml2-bearer'],
          scope: 'read',
        },
      ]),
    })
    const seen: string[] = []
    server.registerGrant(
      saml2BearerGrant({
        verify({ xml }) {
          seen.push(xml)
          if (!xml.includes('ID="_1"')) return null
          return { issuer: 'https://idp.example', id: '_1', expiresAt: clock() + 300, subject: 'alice' }
        },
      }),
    )
    const options = { issuer: ISSUER, clientId: 'web', clientSecret: SECRET, clock }
    const client = new OAuth2Client({ ...options, fetch: (input, init) => server.fetch(new Request(input, init)) })
    const assertion = '<Assertion ID="_1">\r\n Größe &amp; + / </Assertion>'
    const token = await saml2Bearer(client, { assertion, scope: ['read'] })
    expect(seen).toEqual([assertion])
    expect((await server.tokens.find(token.accessToken))?.authorization.subject).toBe('alice')
    const refused = saml2Bearer(client, { assertion: '<Assertion/>' })
    await expect(refused).rejects.toMatchObject({ code: 'invalid_grant' })
  })
})

describe('an identity assertion', () => {
  /** The provider where a person logged in, and the server of another service's API. */
  async function twoServers() {
    const key = await generateKey('ES256')
    const { server: idp } = bareServer({
      clock,
      store: memoryStore(),
      keys: staticKeys([key]),
      clients: staticClients([
        {
          client_id: 'wiki',
          client_secret: SECRET,
          grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
          scope: 'chat.read',
        },
      ]),
    })
    idp.registerGrant(tokenExchangeGrant({ allow: () => false })).register(
      experimentalIdentityAssertionIssuer({
        allow: ({ audience }) => (audience === CHAT ? { clientId: 'wiki-at-chat' } : null),
      }),
    )
    const { server: chat } = bareServer({
      issuer: CHAT,
      clock,
      store: memoryStore(),
      clients: staticClients([
        {
          client_id: 'wiki-at-chat',
          client_secret: SECRET,
          grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
          scope: 'chat.read',
        },
      ]),
    })
    chat.registerGrant(jwtBearerGrant({ issuers: {} })).register(
      experimentalIdentityAssertions({
        providers: { [ISSUER]: { keys: key, algorithms: ['ES256'], findPerson: () => ({ subject: 'user-7' }) } },
      }),
    )
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init)
      return (request.url.startsWith(CHAT) ? chat : idp).fetch(request)
    }
    const provider = new OAuth2Client({ issuer: ISSUER, clientId: 'wiki', clientSecret: SECRET, clock, fetch })
    const client = new OAuth2Client({ issuer: CHAT, clientId: 'wiki-at-chat', clientSecret: SECRET, clock, fetch })
    const idToken = await signJwt(
      { iss: ISSUER, sub: 'alice', aud: 'wiki', iat: clock(), exp: clock() + 300, auth_time: clock() },
      key,
    )
    return { provider, client, chat, idToken }
  }

  it('of the provider of a login opens the API of another service', async () => {
    const { provider, client, chat, idToken } = await twoServers()
    const resource = ['https://api.chat.example/']
    const options = { provider, subjectToken: idToken, scope: ['chat.read'], resource }
    const token = await experimentalIdentityAssertion(client, options)
    expect(token).toMatchObject({ clientId: 'wiki-at-chat', scope: ['chat.read'], refreshToken: undefined })
    const found = await chat.tokens.find(token.accessToken)
    expect([found?.authorization.subject, found?.audience]).toEqual(['user-7', resource])
  })

  it('is not given for another service, nor for what is no ID Token', async () => {
    const { provider, client, idToken } = await twoServers()
    const elsewhere = { provider, subjectToken: idToken, audience: 'https://other.example' }
    await expect(experimentalIdentityAssertion(client, elsewhere)).rejects.toMatchObject({ name: 'OAuth2ClientError' })
    const garbage = { provider, subjectToken: 'garbage' }
    await expect(experimentalIdentityAssertion(client, garbage)).rejects.toMatchObject({ name: 'OAuth2ClientError' })
  })

  it('needs to know the server of the API', async () => {
    const { provider, idToken } = await twoServers()
    const client = new OAuth2Client({ clientId: 'x', metadata: { token_endpoint: `${CHAT}/token` } })
    await expect(experimentalIdentityAssertion(client, { provider, subjectToken: idToken })).rejects.toThrow(TypeError)
  })
})
