import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { AuthorizationServer } from '../authorization-server.ts'
import { privateKeyJwt } from '../client-auth/private-key-jwt.ts'
import { clientSecretPost } from '../client-auth/client-secret-post.ts'
import { none } from '../client-auth/none.ts'
import type { Profile } from '../contract/profile.ts'
import type { ClientAuthMethod, Grant, Registrable } from '../contract/registrable.ts'
import { authorizationCodeGrant } from '../features/authorization-code.ts'
import { clientIdMetadataDocuments } from '../features/client-id-metadata-document.ts'
import { codeChallenge } from '../features/code-challenge.ts'
import { dpop } from '../features/dpop.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { signedIntrospection } from '../features/introspection-jwt.ts'
import { forClients } from '../features/for-clients.ts'
import { issuerParameter } from '../features/issuer-parameter.ts'
import { jwtBearerGrant } from '../features/jwt-bearer.ts'
import { mutualTls } from '../features/mutual-tls.ts'
import { pushedAuthorizationRequests } from '../features/pushed-authorization.ts'
import { refreshTokenGrant } from '../features/refresh-token.ts'
import { requestObject } from '../features/request-object.ts'
import { resourceIndicators } from '../features/resource-indicators.ts'
import { jwtResponseModes } from '../response-modes/jwt.ts'
import type { AuthorizationServerOptions } from '../kernel/options.ts'
import { insecureImplicitResponseType, insecurePasswordGrant } from '../legacy/index.ts'
import { clientList } from '../records/client-list.ts'
import { readClientMetadata } from '../records/client-metadata.ts'
import { staticClients, type ConfiguredClient } from '../records/clients.ts'
import { backchannelAuthenticationGrant } from '../features/backchannel-authentication.ts'
import { fapiCibaProfile } from './fapi-ciba.ts'
import { fapi2MessageSigningProfile } from './fapi2-message-signing.ts'
import { fapi2Profile } from './fapi2.ts'
import { mcpProfile } from './mcp.ts'
import type { ProfileName } from './named.ts'
import { oauth21Profile } from './oauth21.ts'

const signingKey = await generateKey('ES256')

/** What differs from a server that keeps every rule. */
interface Parts {
  readonly options?: Partial<AuthorizationServerOptions>
  readonly methods?: readonly ClientAuthMethod[]
  readonly code?: Grant
  readonly challenge?: ReturnType<typeof codeChallenge>
  readonly features?: readonly Registrable[]
  /** Beside `features`. */
  readonly more?: readonly Registrable[]
  readonly client?: Partial<ConfiguredClient>
}

const client: ConfiguredClient = {
  client_id: 'app',
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
}

function build({ options, code = authorizationCodeGrant(), challenge = codeChallenge(), ...parts }: Parts) {
  const { features = [], more = [] } = parts
  return new AuthorizationServer({
    issuer: 'https://as.example',
    store: memoryStore(),
    secrets: ['an example secret of 32 characters'],
    interaction: 'callback',
    onEvent: () => undefined,
    ...options,
  })
    .registerGrant(code, [challenge])
    .register(refreshTokenGrant(), ...features, ...more)
}

const publicClient = { token_endpoint_auth_method: 'none' }

function oauth21Server(parts: Parts = {}): AuthorizationServer {
  return build({
    ...parts,
    options: { clients: staticClients([{ ...client, ...publicClient, ...parts.client }]), ...parts.options },
  })
}

function mcpServer({
  features = [resourceIndicators({ resources: {} }), clientIdMetadataDocuments()],
  ...parts
}: Parts = {}) {
  return oauth21Server({ ...parts, features })
}

const algorithms = ['ES256', 'PS256'] as const
const strictPushed = { required: true, requireRedirectUri: true }

function fapi2Server({
  methods = [privateKeyJwt({ audience: 'issuer', algorithms })],
  features = [dpop({ required: true, algorithms }), pushedAuthorizationRequests(strictPushed)],
  ...parts
}: Parts = {}): AuthorizationServer {
  const ofOurs = { token_endpoint_auth_method: 'private_key_jwt', trust: { refreshTokenRotation: false } }
  const clients = staticClients([{ ...client, ...ofOurs, ...parts.client }])
  return build({ ...parts, features, options: { clients, clientAuthMethods: methods, ...parts.options } })
}

const signedRequests = requestObject({ required: true, maxLifetime: 3600 })
const signedResponses = jwtResponseModes({ required: true })
const signedAnswers = [introspectionEndpoint(), signedIntrospection()]

function signingServer({ more = [signedRequests, signedResponses, ...signedAnswers], ...parts }: Parts = {}) {
  return fapi2Server({ ...parts, more, options: { keys: staticKeys([signingKey]) } })
}

const cibaOptions = {
  ...{ findSubject: () => null, notify: () => undefined, signingAlgorithms: algorithms },
  ...{ requireSignedRequests: true, requireBindingMessage: true },
}

function cibaServer({ code = backchannelAuthenticationGrant(cibaOptions), ...parts }: Parts = {}): AuthorizationServer {
  const { features = [dpop({ required: true, algorithms })], more = [] } = parts
  return new AuthorizationServer({
    ...{ issuer: 'https://as.example', store: memoryStore(), secrets: ['an example secret of 32 characters'] },
    ...{ interaction: 'callback', onEvent: () => undefined },
    clientAuthMethods: [privateKeyJwt({ algorithms })],
    ...parts.options,
  }).register(code, ...features, ...more)
}

const rsa15: Registrable = {
  ...{ kind: 'feature', name: 'rsa15' },
  metadata: { request_object_encryption_alg_values_supported: ['RSA1_5'] },
}

const memory = memoryStore()
const weak = { ...memory, guarantees: { ...memory.guarantees, commit: 'best-effort' } } as const
const withoutIssuer = (): Grant => {
  const grant = authorizationCodeGrant()
  return { ...grant, includes: grant.includes?.filter((thing) => thing !== issuerParameter) }
}
const password = insecurePasswordGrant({ findSubject: () => null })
const { secret: _secret, secretExpiresAt: _expires, ...read } = readClientMetadata({ ...client, ...publicClient })

/** Each breaks one rule, which several profiles have. */
const common = {
  https: { options: { issuer: 'http://localhost:4000' } },
  code_challenge: { challenge: codeChallenge({ requiredFor: 'public_clients' }) },
  implicit: { more: [insecureImplicitResponseType] },
  password: { more: [password] },
  single_use: { options: { store: weak, allowWeakStorage: true } },
  code_lifetime: { code: authorizationCodeGrant({ lifetime: 601 }) },
  refresh_token_rotation: {
    options: { clients: { find: () => null, configured: clientList([{ ...read, refreshTokenRotation: false }]) } },
  },
  issuer_parameter: { code: withoutIssuer() },
} satisfies Record<string, Parts>

const { code_lifetime: _lifetime, ...ofMcp } = common
const { implicit: _implicit, refresh_token_rotation: _rotation, ...ofFapi2 } = common

const cases: readonly (readonly [Profile, (parts?: Parts) => AuthorizationServer, Readonly<Record<string, Parts>>])[] =
  [
    [oauth21Profile, oauth21Server, common],
    [
      mcpProfile,
      mcpServer,
      {
        ...ofMcp,
        redirect_uris: { client: { application_type: 'native', redirect_uris: ['com.example.app:/cb'] } },
        resource_indicators: { features: [clientIdMetadataDocuments()] },
        client_id_metadata_document: { features: [resourceIndicators({ resources: {} })] },
      },
    ],
    [
      fapi2Profile,
      fapi2Server,
      {
        ...ofFapi2,
        code_lifetime: { code: authorizationCodeGrant({ lifetime: 61 }) },
        confidential_clients: { more: [none] },
        client_authentication: { more: [clientSecretPost] },
        sender_constraint: {
          features: [dpop({ algorithms }), pushedAuthorizationRequests(strictPushed)],
        },
        assertion_audience: { methods: [privateKeyJwt({ algorithms })] },
        refresh_token_rotation: { client: { trust: {} } },
        clock_skew: { methods: [privateKeyJwt({ audience: 'issuer', algorithms, leeway: 5 })] },
        response_type: { more: [insecureImplicitResponseType] },
        pushed_authorization_requests: {
          features: [dpop({ required: true, algorithms }), pushedAuthorizationRequests({ requireRedirectUri: true })],
        },
        redirect_uri: {
          features: [dpop({ required: true, algorithms }), pushedAuthorizationRequests({ required: true })],
        },
        request_uri_lifetime: {
          features: [
            dpop({ required: true, algorithms }),
            pushedAuthorizationRequests({ ...strictPushed, lifetime: 600 }),
          ],
        },
        https_redirects: { client: { redirect_uris: ['http://127.0.0.1/cb'] } },
        algorithms: {
          features: [
            dpop({ required: true, algorithms: ['ES256', 'RS256'] }),
            pushedAuthorizationRequests(strictPushed),
          ],
        },
      },
    ],
  ]

describe.each<(typeof cases)[number]>([
  ...cases,
  [
    fapi2MessageSigningProfile,
    signingServer,
    {
      request_object: { more: [requestObject({ maxLifetime: 3600 }), signedResponses, ...signedAnswers] },
      request_object_lifetime: { more: [requestObject({ required: true }), signedResponses, ...signedAnswers] },
      jwt_responses: { more: [signedRequests, jwtResponseModes(), ...signedAnswers] },
      signed_introspection: { more: [signedRequests, signedResponses, introspectionEndpoint()] },
    },
  ],
  [
    fapiCibaProfile,
    cibaServer,
    {
      https: common.https,
      confidential_clients: { more: [none] },
      client_authentication: { more: [clientSecretPost] },
      sender_constraint: { features: [dpop({ algorithms })] },
      binding_message: { code: backchannelAuthenticationGrant({ ...cibaOptions, requireBindingMessage: false }) },
      push_mode: { code: backchannelAuthenticationGrant({ ...cibaOptions, modes: ['poll', 'push'] }) },
      poll_mode: { code: backchannelAuthenticationGrant({ ...cibaOptions, modes: ['ping'] }) },
      signed_requests: { code: backchannelAuthenticationGrant({ ...cibaOptions, requireSignedRequests: undefined }) },
      algorithms: { features: [dpop({ required: true, algorithms: ['ES256', 'EdDSA'] })] },
      encryption: { more: [rsa15] },
    },
  ],
])('the profile $name', (profile, server, breaking) => {
  it('finds nothing in a server that keeps every rule', async () => {
    expect(await server().check(profile)).toEqual([])
  })

  it.each(Object.entries(breaking))('finds a server that breaks %s, and only that', async (id, parts) => {
    const rule = profile.rules.find((one) => one.id === id)
    expect(await server(parts).check(profile)).toEqual([
      {
        profile: profile.name,
        rule: id,
        section: rule?.section,
        level: rule?.level ?? 'must',
        problem: expect.stringMatching(/\w/) as string,
        fix: rule?.fix,
      },
    ])
  })

  it('has a server for each rule here', () => {
    expect(Object.keys(breaking).sort()).toEqual(profile.rules.map(({ id }) => id).sort())
  })
})

describe('server.check', () => {
  it('knows five profiles by name', async () => {
    const rules = async (name: ProfileName) => (await mcpServer().check(name)).map(({ rule }) => rule)
    expect(await rules('oauth21')).toEqual([])
    expect(await rules('mcp')).toEqual([])
    expect(await rules('fapi2')).toContain('sender_constraint')
    expect(await rules('fapi2-message-signing')).toContain('request_object')
    expect(await rules('fapi-ciba')).toContain('poll_mode')
  })

  it('takes a profile of your own', async () => {
    const short: Profile = {
      name: 'ours',
      rules: [
        {
          id: 'short_tokens',
          section: 'Security handbook §3',
          level: 'should',
          fix: 'Pass accessTokenLifetime: 300.',
          problem: ({ server }) => (server.accessTokenLifetime > 300 ? 'tokens live too long' : undefined),
        },
      ],
    }
    expect(await oauth21Server().check(short)).toMatchObject([
      { profile: 'ours', rule: 'short_tokens', level: 'should' },
    ])
    expect(await oauth21Server({ options: { accessTokenLifetime: 300 } }).check(short)).toEqual([])
  })

  it('refuses a name that it does not know', async () => {
    await expect(oauth21Server().check('fapi3' as never)).rejects.toThrow(
      new TypeError(
        'There is no profile "fapi3": use oauth21, fapi2, fapi2-message-signing, fapi-ciba or mcp, or pass a profile',
      ),
    )
  })

  it('is not content with an extension for some clients', async () => {
    const some = forClients(() => true, dpop({ required: true, algorithms }))
    const server = fapi2Server({ features: [some, pushedAuthorizationRequests(strictPushed)] })
    expect((await server.check('fapi2')).map(({ rule }) => rule)).toEqual(['sender_constraint'])
  })

  it('looks at the clocks of assertions that are grants, too', async () => {
    const rulesOf = async (leeway?: number) =>
      (await fapi2Server({ more: [jwtBearerGrant({ issuers: {}, leeway })] }).check('fapi2')).map(({ rule }) => rule)
    expect(await rulesOf()).toEqual([])
    expect(await rulesOf(5)).toEqual(['clock_skew'])
  })

  it('is content with mutual TLS in place of DPoP', async () => {
    const features = [mutualTls({ required: true }), pushedAuthorizationRequests(strictPushed)]
    expect(await fapi2Server({ features }).check('fapi2')).toEqual([])
  })
})
