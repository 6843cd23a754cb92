/** Plain JavaScript has no compiler that finds a misspelt option: each public entry point refuses it by name. */

import { createServer } from 'node:http'
import { memoryStore, OAuth, startSweeping, storedLogins, storeTokens, type Adapter } from '@authlib/core'
import { KeySet, remoteKeySet, storedKeys } from '@authlib/jose'
import { OAuth1Client, oauth1 } from '@authlib/oauth1/client'
import { OAuth1Server, ResourceProtector as OAuth1Protector } from '@authlib/oauth1/server'
import { mcpAuth } from '@authlib/mcp/client'
import { mcpAuthorization, mcpResource } from '@authlib/mcp/server'
import { closeServer } from '@authlib/node'
import { apiSession, dpop as clientDpop, OAuth2Client, oauth2 } from '@authlib/oauth2/client'
import * as resource from '@authlib/oauth2/resource'
import * as as from '@authlib/oauth2/server'
import { OpenIDClient, oidc } from '@authlib/oidc/client'
import * as op from '@authlib/oidc/server'
import { github, google } from '@authlib/providers'
import { redisStore } from '@authlib/redis'
import { d1Store } from '@authlib/sql/d1'
import { mysqlStore } from '@authlib/sql/mysql2'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { pgStore } from '@authlib/sql/pg'
import { describe, expect, it } from 'vitest'

const secrets = ['an example secret of 32 characters']
const issuer = 'https://as.example'
const validators = [resource.jwtAccessToken({ issuer })]
const MCP = 'https://mcp.example/mcp'
const adapter = {} as Adapter<unknown, unknown>
const client = { clientId: 'shop' }
const attesters = KeySet.of()
const oauth1Options = { origin: 'https://api.example', secrets, clients: { find: () => null } }

type Options = Readonly<Record<string, unknown>>

/** Each with the options that it needs, and one more. The casts are what a caller without types does. */
const entryPoints: readonly (readonly [string, (wrong: Options) => unknown])[] = [
  ['AuthorizationServer', (wrong) => new as.AuthorizationServer({ issuer, store: memoryStore(), secrets, ...wrong })],
  ['AuthorizationServer.at', (wrong) => tenant(wrong)],
  ['ResourceProtector', (wrong) => new resource.ResourceProtector({ resource: issuer, validators, ...wrong })],
  ['jwtAccessToken (resource)', (wrong) => resource.jwtAccessToken({ issuer, ...wrong })],
  ['introspection', (wrong) => resource.introspection({ issuer, clientId: 'api', clientSecret: 's', ...wrong })],
  ['dpop (resource)', (wrong) => resource.dpop(wrong)],
  ['bearer', (wrong) => resource.bearer(wrong)],
  ['OAuth', (wrong) => new OAuth({ adapter, secrets, ...wrong })],
  ['OAuth2Client', (wrong) => new OAuth2Client({ issuer, ...client, ...wrong })],
  ['oauth2', (wrong) => oauth2({ issuer, ...client, ...wrong })({ name: 'a' })],
  ['OpenIDClient', (wrong) => new OpenIDClient({ issuer, ...client, ...wrong })],
  ['oidc', (wrong) => oidc({ issuer, ...client, ...wrong })({ name: 'a' })],
  ['github', (wrong) => github({ ...client, clientSecret: 's', ...wrong })({ name: 'a' })],
  ['google', (wrong) => google({ ...client, clientSecret: 's', ...wrong })({ name: 'a' })],
  ['dpop (client)', (wrong) => clientDpop(wrong)],
  ['OAuth1Client', (wrong) => new OAuth1Client({ ...client, ...wrong })],
  ['oauth1', (wrong) => oauth1({ ...client, ...wrong })({ name: 'a' })],
  ['OAuth1Server', (wrong) => new OAuth1Server({ ...oauth1Options, store: memoryStore(), ...wrong })],
  ['OAuth 1 ResourceProtector', (wrong) => new OAuth1Protector({ ...oauth1Options, store: memoryStore(), ...wrong })],
  ['sqliteStore', (wrong) => sqliteStore(':memory:', wrong)],
  ['pgStore', (wrong) => pgStore({ query: () => Promise.reject(new Error('not called')) }, wrong)],
  ['mysqlStore', (wrong) => mysqlStore({ getConnection: () => Promise.reject(new Error('not called')) }, wrong)],
  ['d1Store', (wrong) => d1Store({} as Parameters<typeof d1Store>[0], wrong)],
  ['redisStore', (wrong) => redisStore({} as Parameters<typeof redisStore>[0], wrong)],
  ['storeTokens', (wrong) => storeTokens(memoryStore(), { secrets, ...wrong })],
  ['storedLogins', (wrong) => storedLogins(memoryStore(), { secrets, ...wrong })],
  ['storedKeys', (wrong) => storedKeys({ store: memoryStore(), secrets, ...wrong })],
  ['remoteKeySet', (wrong) => remoteKeySet('https://as.example/jwks', wrong)],
  ['storedClients', (wrong) => as.storedClients(memoryStore(), wrong)],
  ['authorizationCodeGrant', (wrong) => as.authorizationCodeGrant(wrong)],
  ['refreshTokenGrant', (wrong) => as.refreshTokenGrant(wrong)],
  ['deviceAuthorizationGrant', (wrong) => as.deviceAuthorizationGrant(wrong)],
  ['tokenExchangeGrant', (wrong) => as.tokenExchangeGrant({ allow: () => null, ...wrong } as never)],
  ['codeChallenge', (wrong) => as.codeChallenge(wrong)],
  ['dpop (server)', (wrong) => as.dpop(wrong)],
  ['mutualTls', (wrong) => as.mutualTls(wrong)],
  ['pushedAuthorizationRequests', (wrong) => as.pushedAuthorizationRequests(wrong)],
  ['requestObject', (wrong) => as.requestObject(wrong)],
  ['resourceIndicators', (wrong) => as.resourceIndicators({ resources: {}, ...wrong })],
  ['jwtAccessToken (server)', (wrong) => as.jwtAccessToken({ audience: issuer, ...wrong })],
  ['jwtResponseModes', (wrong) => as.jwtResponseModes(wrong)],
  ['introspectionEndpoint', (wrong) => as.introspectionEndpoint(wrong)],
  ['dynamicClientRegistration', (wrong) => as.dynamicClientRegistration(wrong)],
  ['clientIdMetadataDocuments', (wrong) => as.clientIdMetadataDocuments(wrong)],
  ['grantManagement', (wrong) => as.grantManagement(wrong)],
  ['privateKeyJwt', (wrong) => as.privateKeyJwt(wrong)],
  ['redirectInteraction', (wrong) => as.redirectInteraction({ login: '/a', consent: '/b', ...wrong })],
  ['developmentPages', (wrong) => as.developmentPages({ users: [], ...wrong })],
  [
    'experimentalClientAttestation',
    (wrong) => as.experimentalClientAttestation({ attesters, algorithms: ['ES256'], ...wrong }),
  ],
  ['experimentalIdentityAssertions', (wrong) => as.experimentalIdentityAssertions({ providers: {}, ...wrong })],
  [
    'experimentalIdentityAssertionIssuer',
    (wrong) => as.experimentalIdentityAssertionIssuer({ allow: () => null, ...wrong }),
  ],
  ['experimentalTokenStatusList', (wrong) => as.experimentalTokenStatusList(wrong)],
  ['mcpAuthorization', (wrong) => mcpAuthorization({ resources: { [MCP]: {} }, ...wrong })],
  ['mcpResource', (wrong) => mcpResource({ url: MCP, issuer, ...wrong })],
  ['mcpAuth', (wrong) => mcpAuth(mcpOptions(wrong))],
  ['apiSession', (wrong) => apiSession(new OAuth2Client({ issuer, ...client }), wrong)],
  ['startSweeping', (wrong) => startSweeping(memoryStore(), wrong).stop()],
  ['closeServer', (wrong) => closeServer(createServer().listen(0), wrong)],
  ['openId', (wrong) => op.openId({ claims: () => null, ...wrong })],
  ['rpInitiatedLogout', (wrong) => op.rpInitiatedLogout(wrong)],
  ['backChannelLogout', (wrong) => op.backChannelLogout(wrong)],
  ['pairwiseSubjects', (wrong) => op.pairwiseSubjects({ salt: 'an example salt of 32 characters!', ...wrong })],
]

function mcpOptions(wrong: Options): Parameters<typeof mcpAuth>[0] {
  return { url: MCP, redirectUri: 'https://app.example/cb', onLogin: () => undefined, ...wrong }
}

function tenant(wrong: Options): unknown {
  const server = new as.AuthorizationServer({ issuer, store: memoryStore(), secrets })
  return server.at({ issuer: 'https://b.example', store: memoryStore(), ...wrong })
}

describe('an option that there is not', () => {
  it.each(entryPoints)('is refused by name: %s', (_name, make) => {
    expect(() => make({ misspelt: 1 })).toThrow(/has no option "misspelt"/)
  })

  it.each(entryPoints)('is the only thing that was wrong: %s', async (_name, make) => {
    await make({})
  })
})

/** What an environment variable or a missing setting makes of an option. */
describe('an option of the wrong type', () => {
  const oauth1Server = (wrong: Options) => new OAuth1Server({ ...oauth1Options, store: memoryStore(), ...wrong })

  it.each<[string, (wrong: Options) => unknown, Options, string]>([
    ['a function for seconds', (wrong) => as.experimentalTokenStatusList(wrong), { ttl: () => 60 }, 'ttl'],
    ['a number for a name', (wrong) => as.experimentalTokenStatusList(wrong), { algorithm: 256 }, 'algorithm'],
    ['text for true', (wrong) => attestation(wrong), { challenge: 'false' }, 'challenge'],
    ['no keys', (wrong) => attestation(wrong), { attesters: undefined }, 'attesters'],
    ['an empty list', (wrong) => attestation(wrong), { algorithms: [] }, 'algorithms'],
    ['no rule', (wrong) => as.experimentalIdentityAssertionIssuer(wrong as never), { allow: undefined }, 'allow'],
    ['no table', (wrong) => as.experimentalIdentityAssertions(wrong as never), { providers: undefined }, 'providers'],
    ['half a provider', (wrong) => provider(wrong), { findPerson: undefined }, 'findPerson'],
    ['text for seconds', (wrong) => mcpAuth(mcpOptions(wrong)), { timeout: '10' }, 'timeout'],
    ['no URL', (wrong) => mcpAuth(mcpOptions(wrong)), { url: undefined }, 'url'],
    ['text for a window', oauth1Server, { timestampWindow: '300' }, 'timestampWindow'],
    ['a function for a lifetime', oauth1Server, { tokenLifetime: () => 60 }, 'tokenLifetime'],
    ['text for false', oauth1Server, { allowWeakStorage: 'false' }, 'allowWeakStorage'],
    [
      'text for false',
      (wrong) => new OAuth1Client({ ...client, ...wrong }),
      { insecureWithoutVerifier: 'false' },
      'insecureWithoutVerifier',
    ],
    [
      'text for false',
      (wrong) => new OAuth2Client({ issuer, ...client, ...wrong }),
      { allowInsecureTransport: 'false' },
      'allowInsecureTransport',
    ],
    [
      'text for false',
      (wrong) => new as.AuthorizationServer({ issuer, store: memoryStore(), secrets, ...wrong }),
      { outgoing: { allowPrivateAddresses: 'false' } },
      'allowPrivateAddresses',
    ],
    [
      'text for false',
      (wrong) => resource.jwtAccessToken({ issuer, ...wrong }),
      { allowInsecureTransport: 'no' },
      'allow',
    ],
    [
      'a function for an age',
      (wrong) => remoteKeySet('https://as.example/jwks', wrong),
      { maxAge: () => 60 },
      'maxAge',
    ],
    [
      'text for a lifetime',
      (wrong) => storedKeys({ store: memoryStore(), secrets, ...wrong }),
      { lifetime: '9' },
      'lifetime',
    ],
    ['a function for an interval', (wrong) => startSweeping(memoryStore(), wrong), { interval: () => 60 }, 'interval'],
    ['no store for tokens', () => storeTokens(undefined as never, { secrets }), {}, 'store must be an object with get'],
    ['no store', (wrong) => server(wrong), { store: undefined }, 'store must be an object with get, commit, list'],
    ['a factory in place of a store', (wrong) => server(wrong), { store: memoryStore }, 'and not a function'],
    ['a list of clients', (wrong) => server(wrong), { clients: [client] }, 'wrap a list in staticClients'],
    ['a list of keys', (wrong) => server(wrong), { keys: [] }, 'wrap keys in staticKeys'],
    ['text for a listener', (wrong) => server(wrong), { onEvent: 'log' }, 'onEvent'],
    ['no function for claims', (wrong) => op.openId(wrong as never), {}, 'claims of openId must be a function'],
    [
      'users without a name',
      (wrong) => as.developmentPages(wrong as never),
      { users: [{ name: 'alice' }] },
      'username',
    ],
    ['no pages', (wrong) => as.redirectInteraction({ login: '/login', ...wrong } as never), {}, 'consent'],
    ['no rule', (wrong) => as.tokenExchangeGrant(wrong as never), {}, 'allow of tokenExchangeGrant'],
    ['no adapter', (wrong) => new OAuth({ secrets, ...wrong } as never), {}, 'adapter of OAuth'],
    [
      'options in place of a provider',
      (wrong) => new OAuth({ adapter, secrets }).register('shop', wrong as never),
      { issuer },
      "register('shop') needs what oidc",
    ],
  ])('is refused at construction: %s', (_case, make, wrong, name) => {
    expect(() => make(wrong)).toThrow(TypeError)
    expect(() => make(wrong)).toThrow(name)
  })
})

function server(wrong: Options): unknown {
  return new as.AuthorizationServer({ issuer, store: memoryStore(), secrets, ...wrong })
}

function attestation(wrong: Options): unknown {
  return as.experimentalClientAttestation({ attesters, algorithms: ['ES256'], ...wrong })
}

function provider(wrong: Options): unknown {
  const known = { keys: attesters, algorithms: ['ES256'], findPerson: () => null, ...wrong }
  return as.experimentalIdentityAssertions({ providers: { 'https://idp.example': known } })
}
