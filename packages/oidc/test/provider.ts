/** An OpenID provider on a memory store, for tests that drive whole journeys in one process. */

import type { AuthEvent, AuthorizationServer, AuthorizationServerOptions, ClientMetadata } from '@authlib/oauth2/server'
import {
  authorizationCodeGrant,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  refreshTokenGrant,
  revocationEndpoint,
  staticClients,
} from '@authlib/oauth2/server'
import { decodeUnverifiedJwt, generateKey, staticKeys, type JwtClaims, type SigningKeys } from '@authlib/jose'
import type { Store } from '@authlib/core'
import {
  authorizeUrl,
  bareServer,
  Browser,
  ISSUER,
  PUBLIC,
  redeem,
  WEB,
  type Answer,
} from '../../oauth2/test/journey.ts'
import { openId, type OpenIDOptions, type SubjectClaims } from '../src/server/index.ts'

const SCOPE = 'openid profile email address phone offline_access read'

/** The relying party that the journeys use unless told otherwise. */
export const RP: ClientMetadata = { ...WEB, scope: SCOPE }
export const PUBLIC_RP: ClientMetadata = { ...PUBLIC, scope: SCOPE }
export const OTHER_RP: ClientMetadata = { ...RP, client_id: 'other', client_secret: 'other-secret-other-secret-other' }

/** Everything that the standard scopes stand for. */
export const ALICE: SubjectClaims = {
  name: 'Alice Example',
  given_name: 'Alice',
  family_name: 'Example',
  middle_name: 'M.',
  nickname: 'al',
  preferred_username: 'alice',
  profile: 'https://people.example/alice',
  picture: 'https://people.example/alice.png',
  website: 'https://alice.example',
  gender: 'female',
  birthdate: '1990-01-01',
  zoneinfo: 'Europe/Paris',
  locale: 'fr',
  updated_at: 1_700_000_000,
  email: 'alice@mail.example',
  email_verified: true,
  address: { country: 'FR' },
  phone_number: '+33 1 23 45 67 89',
  phone_number_verified: false,
}

let keys: SigningKeys | undefined

/** ES256 first, then RS256. */
export async function testKeys(): Promise<SigningKeys> {
  return (keys ??= staticKeys([await generateKey('ES256'), await generateKey('RS256')]))
}

export interface ProviderOptions extends Partial<AuthorizationServerOptions> {
  readonly openid?: Partial<OpenIDOptions>
}

/** Everything registered, for the users alice and bob. */
export async function provider({ openid, ...options }: ProviderOptions = {}): Promise<{
  server: AuthorizationServer
  store: Store
  events: AuthEvent[]
}> {
  const made = bareServer({
    keys: await testKeys(),
    clients: staticClients([RP, PUBLIC_RP, OTHER_RP]),
    ...options,
  })
  made.server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerGrant(clientCredentialsGrant())
    .registerEndpoint(revocationEndpoint())
    .registerEndpoint(introspectionEndpoint())
    .register(openId({ claims: (subject) => (subject === 'alice' ? ALICE : {}), ...openid }))
    .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))
  return made
}

/** The parameters of an authentication request, unless told otherwise. */
export function authenticationUrl(params: Record<string, string | undefined> = {}): string {
  return authorizeUrl({ scope: 'openid', nonce: 'n-0S6_WzA2Mj', ...params })
}

/** Logs in with the development pages and redeems the code. */
export async function logIn(
  server: AuthorizationServer,
  params: Record<string, string | undefined> = {},
  {
    browser = new Browser(server),
    client = RP,
    user = 'alice',
  }: { browser?: Browser; client?: ClientMetadata; user?: string } = {},
): Promise<Answer> {
  const request = { client_id: client.client_id, scope: 'openid', nonce: 'n-0S6_WzA2Mj', ...params }
  const response = await browser.authorize(request, { user })
  const code = response.get('code')
  if (code === null) throw new Error(`no code: ${response.toString()}`)
  return redeem(server, code, { client })
}

/** Calls an endpoint with an access token. */
export async function withToken(
  server: AuthorizationServer,
  path: string,
  token: unknown,
  init?: RequestInit,
): Promise<Response> {
  return server.fetch(new Request(ISSUER + path, { ...init, headers: { authorization: `Bearer ${String(token)}` } }))
}

/** What a JWT says, unverified: for tests about content. */
export function claimsOf(token: unknown): JwtClaims {
  return decodeUnverifiedJwt(String(token)).claims
}
