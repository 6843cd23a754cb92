/**
 * Records of features, as `scripts/upgrade-database.ts` writes them into a database file of `test/fixtures`, and the servers
 * that read them.
 */

import { OAuth, requestAdapter, storedLogins, storedSessions, type HttpRequest, type Store } from '@authlib/core'
import { generateKey, signJwt, storedKeys, type Key } from '@authlib/jose'
import { apiSession } from '@authlib/oauth1/client'
import { storedClients as storedOAuth1Clients } from '@authlib/oauth1/server'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  backchannelAuthenticationGrant,
  CIBA,
  clientCredentialsGrant,
  clientFromMetadata,
  clientIdMetadataDocuments,
  codeChallenge,
  developmentPages,
  DEVICE_CODE,
  deviceAuthorizationGrant,
  dynamicClientRegistration,
  experimentalTokenStatusList,
  introspectionEndpoint,
  issueInitialAccessToken,
  JWT_BEARER,
  jwtAccessToken,
  jwtBearerGrant,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  revocationEndpoint,
  storedClients,
  TOKEN_EXCHANGE,
  tokenExchangeGrant,
} from '@authlib/oauth2/server'
import { CALLBACK, CLIENT, decide, locationOf, SECRETS, world } from '../../packages/oauth1/test/journey.ts'
import {
  authorizeUrl,
  Browser,
  ISSUER,
  post,
  redeem,
  REDIRECT_URI,
  SECRET,
  WEB,
  type TestClock,
} from '../../packages/oauth2/test/journey.ts'
import { WRITTEN_AT } from './upgrade-provider.ts'

/** Registered for everything. */
export const MANY = {
  ...WEB,
  client_id: 'many',
  client_secret: 'many-secret-many-secret-many-secret',
  grant_types: [...(WEB.grant_types ?? []), DEVICE_CODE, CIBA, JWT_BEARER, TOKEN_EXCHANGE],
  backchannel_token_delivery_mode: 'poll',
}

export const DOCUMENT_ID = 'https://client.example/metadata.json'

const IDP = 'https://idp.example'
const PROVIDER = { iss: 'https://op.example', sub: 'op-alice' }
const DOCUMENT = {
  client_id: DOCUMENT_ID,
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
}

/** A server with the features, and one on the same store whose access tokens are JWTs with a status. */
export function featureServers(store: Store, clock: TestClock, trusted: Key, fetch: typeof globalThis.fetch) {
  const secrets = [SECRET]
  const keys = storedKeys({ store, secrets, clock })
  const clients = storedClients(store, { clock })
  /** Whom the application was to ask, by the id of the request. */
  const asked: string[] = []
  const outgoing = { fetch, allowPrivateAddresses: true }
  const options = { issuer: ISSUER, store, secrets, keys, clients, clock, outgoing, onEvent: () => undefined }
  const create = (): AuthorizationServer =>
    new AuthorizationServer({ ...options, scopes: ['read', 'write'], background: (work) => void background.push(work) })
      .registerGrant(authorizationCodeGrant({ lifetime: 600 }), [codeChallenge()])
      .register(
        refreshTokenGrant(),
        clientCredentialsGrant(),
        tokenExchangeGrant({ allow: () => true }),
        privateKeyJwt(),
      )
      .register(revocationEndpoint(), introspectionEndpoint(), pushedAuthorizationRequests())
      .register(deviceAuthorizationGrant(), dynamicClientRegistration(), clientIdMetadataDocuments())
      .register(
        backchannelAuthenticationGrant({
          findSubject: () => 'alice',
          notify: ({ id }) => {
            if (clock() === WRITTEN_AT) throw new Error('the application is down')
            asked.push(id)
          },
        }),
        jwtBearerGrant({
          issuers: { [IDP]: { keys: trusted, algorithms: ['ES256'], subjectOf: () => ({ subject: 'alice' }) } },
        }),
        developmentPages({ users: [{ username: 'alice' }] }),
      )
  const background: Promise<void>[] = []
  return {
    server: create(),
    jwtServer: create().register(jwtAccessToken({ audience: 'https://api.example' }), experimentalTokenStatusList()),
    clients,
    asked,
    settled: () => Promise.all(background),
  }
}

/** A relying party that keeps logins and sessions in the store. */
export function relyingParty(store: Store, clock: TestClock) {
  const client = () => ({
    loginId: () => 's',
    createAuthorization: async () => ({ url: 'https://op.example/authorize', id: 's', login: {}, formPost: false }),
    finishAuthorization: async () => ({ visitor: 'alice' }),
  })
  const secrets = [SECRET]
  const logins = storedLogins(store, { secrets, clock })
  const oauth = new OAuth({ adapter: requestAdapter, secrets, clock, logins }).register('example', client)
  return { oauth, sessions: storedSessions(oauth, { url: 'https://app.example', store }) }
}

/** An OAuth 1 server whose clients are in the store. */
export function oauth1World(store: Store) {
  const clients = storedOAuth1Clients(store, { secrets: SECRETS })
  return { ...world({ store, clients }), clients }
}

export function visit(path: string, cookies: Readonly<Record<string, string>> = {}): HttpRequest {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  return { method: 'GET', url: path, headers: new Headers({ cookie }), text: () => Promise.resolve('') }
}

/** Writes the records; returns what belongs to them, as it is kept beside the file. */
export async function writeFeatures(store: Store, clock: TestClock) {
  const key = await generateKey('ES256')
  const documents = () => Promise.resolve(Response.json(DOCUMENT))
  const { server, jwtServer, clients, settled } = featureServers(store, clock, key, documents)
  await clients.save(await clientFromMetadata(MANY))
  await clients.save(
    await clientFromMetadata({
      ...{ client_id: 'signing', grant_types: ['client_credentials'], scope: 'read' },
      ...{ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.publicJwk()] } },
    } as never),
  )
  return {
    trusted: key.publicJwk(),
    ...(await writeTokens(server, jwtServer, key)),
    ...(await writeRequests(server, settled)),
    ...(await writeRelyingParty(store, clock)),
    oauth1: await writeOAuth1(store),
  }
}

async function writeTokens(server: AuthorizationServer, jwtServer: AuthorizationServer, key: Key) {
  const exchange = async (token: unknown): Promise<unknown> => {
    const subject = {
      subject_token: String(token),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    return (await post(server, '/token', { grant_type: TOKEN_EXCHANGE, ...subject }, MANY)).json['access_token']
  }
  const browser = new Browser(server)
  const root = await redeem(server, (await browser.authorize({ client_id: 'many' })).get('code') ?? '', {
    client: MANY,
  })
  const child = await exchange(root.json['access_token'])
  const document = { client_id: DOCUMENT_ID }
  const code = (await new Browser(server).authorize({ client_id: DOCUMENT_ID })).get('code') ?? ''
  const claims = { iss: IDP, sub: 'alice', aud: ISSUER, exp: WRITTEN_AT + 300, jti: 'first' }
  const assertion = await signJwt(claims, key, { typ: 'JWT' })
  await post(server, '/token', { grant_type: JWT_BEARER, assertion }, MANY)
  const proof = { iss: 'signing', sub: 'signing', aud: ISSUER, exp: WRITTEN_AT + 300, jti: 'second' }
  const authenticated = authenticatedBy(await signJwt(proof, key, { typ: 'JWT' }))
  await post(server, '/token', authenticated)
  const own = () => post(jwtServer, '/token', { grant_type: 'client_credentials', scope: 'read' }, MANY)
  const [live, revoked] = [await own(), await own()]
  await post(jwtServer, '/revoke', { token: String(revoked.json['access_token']) }, MANY)
  return {
    root: root.json,
    grandchild: await exchange(child),
    ofDocument: (await redeem(server, code, { client: document })).json,
    assertion,
    authenticated,
    statusLive: live.json['access_token'],
    statusRevoked: revoked.json['access_token'],
  }
}

/** A token request of the client that signs. */
function authenticatedBy(assertion: string): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

/** Requests under way. */
async function writeRequests(server: AuthorizationServer, settled: () => Promise<unknown>) {
  const request = Object.fromEntries(new URL(authorizeUrl({ client_id: 'many' })).searchParams)
  const pushed = await post(server, '/par', request, MANY)
  const device = await post(server, '/device_authorization', { scope: 'read' }, MANY)
  const stranger = new Browser(server)
  await stranger.open('/device', { user_code: 'BBBB-BBBB' }) // a guess, which is counted
  const ciba = await post(server, '/bc-authorize', { scope: 'read', login_hint: 'alice' }, MANY)
  await settled() // telling the person has failed
  const browser = new Browser(server)
  const page = await browser.open(authorizeUrl({ client_id: 'many', state: 'x'.repeat(4000) }))
  return {
    pushed: pushed.json['request_uri'],
    device: device.json,
    ciba: ciba.json['auth_req_id'],
    longLogin: { url: page.headers.get('location'), cookies: Object.fromEntries(browser.cookies) },
    initialAccessToken: await issueInitialAccessToken(server),
  }
}

async function writeRelyingParty(store: Store, clock: TestClock) {
  const { oauth, sessions } = relyingParty(store, clock)
  const answer = await oauth.example.authorizeRedirect(visit('/login'), { redirectUri: 'https://app.example/cb' })
  const request = visit('/')
  await sessions.signIn(request, { subject: 'alice', data: { name: 'Alice' }, claims: { ...PROVIDER, sid: 'lives' } })
  await sessions.endOfProvider({ issuer: PROVIDER.iss, sid: 'ended' })
  const signedIn = await requestAdapter.respond(request, { status: 200, headers: [], body: '' })
  return { loginCookies: cookiesOf(answer.headers), sessionCookies: cookiesOf(signedIn.headers), provider: PROVIDER }
}

async function writeOAuth1(store: Store) {
  const made = oauth1World(store)
  await made.clients.save(CLIENT)
  const client = made.client()
  const finished = await client.createAuthorization({ redirectUri: CALLBACK })
  const callback = locationOf(await decide(made.server, finished.url))
  const { token } = await client.finishAuthorization(callback, finished.login)
  let header = ''
  const recording = made.client({
    fetch: (input, init) => {
      const request = new Request(input, init)
      header = request.headers.get('authorization') ?? ''
      return made.fetch(request)
    },
  })
  await apiSession(recording, { token }).fetch('/who')
  const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
  return { token, replay: header, url, login }
}

function cookiesOf(headers: readonly (readonly [string, string])[]): Record<string, string> {
  const pairs = headers.filter(([name]) => name === 'set-cookie').map(([, text]) => /^([^=]+)=([^;]*)/.exec(text))
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
}
