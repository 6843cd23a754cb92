import { fromRequest } from '@authlib/core'
import { generateKey, KeySet, signJwt, type Key } from '@authlib/jose'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  auth0Profile,
  cognitoProfile,
  entraProfile,
  jwtAccessToken,
  keycloakProfile,
  oktaProfile,
  ResourceProtector,
  type AccessTokenProfile,
} from './index.ts'

const now = 1_700_000_000
let key: Key
beforeAll(async () => {
  key = await generateKey('RS256')
})

interface Sample {
  readonly profile: AccessTokenProfile
  readonly issuer: string
  readonly audience: string
  readonly typ: string | null
  readonly claims: Record<string, unknown>
  readonly clientId: string
  readonly scope: readonly string[]
  /** Another token that the same issuer signs with the same keys. */
  readonly idToken: { readonly typ: string | null; readonly claims: Record<string, unknown> }
}

const times = { iat: now - 10, exp: now + 300 }

/** As the issuers document them, shortened. */
const samples: Record<string, Sample> = {
  Keycloak: {
    profile: keycloakProfile,
    issuer: 'https://sso.example/realms/shop',
    audience: 'notes-api',
    typ: 'JWT',
    claims: {
      jti: 'onrtac:1',
      aud: ['notes-api', 'account'],
      sub: 'f:1:ann',
      typ: 'Bearer',
      azp: 'web',
      sid: 's',
      acr: '1',
      scope: 'openid notes:read',
      realm_access: { roles: ['user'] },
    },
    clientId: 'web',
    scope: ['openid', 'notes:read'],
    idToken: { typ: 'JWT', claims: { jti: '2', aud: 'notes-api', sub: 'f:1:ann', typ: 'ID', azp: 'notes-api' } },
  },
  'Entra ID, version 2': {
    profile: entraProfile,
    issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
    audience: '99999999-2222-3333-4444-555555555555',
    typ: 'JWT',
    claims: {
      aud: '99999999-2222-3333-4444-555555555555',
      azp: 'aaaaaaaa-2222-3333-4444-555555555555',
      azpacr: '0',
      oid: 'o',
      scp: 'Notes.Read Notes.Write',
      sub: 's',
      tid: '11111111-2222-3333-4444-555555555555',
      uti: 'u',
      ver: '2.0',
    },
    clientId: 'aaaaaaaa-2222-3333-4444-555555555555',
    scope: ['Notes.Read', 'Notes.Write'],
    idToken: {
      typ: 'JWT',
      claims: { aud: '99999999-2222-3333-4444-555555555555', sub: 's', tid: '11111111', ver: '2.0', nonce: 'n' },
    },
  },
  'Entra ID, version 1': {
    profile: entraProfile,
    issuer: 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/',
    audience: 'api://notes',
    typ: 'JWT',
    claims: { aud: 'api://notes', appid: 'web', scp: 'Notes.Read', sub: 's', tid: '1', ver: '1.0' },
    clientId: 'web',
    scope: ['Notes.Read'],
    idToken: { typ: 'JWT', claims: { aud: 'api://notes', sub: 's', tid: '1', ver: '1.0' } },
  },
  Okta: {
    profile: oktaProfile,
    issuer: 'https://dev-1.okta.com/oauth2/default',
    audience: 'api://default',
    typ: null,
    claims: {
      ver: 1,
      jti: 'AT.1',
      aud: 'api://default',
      cid: '0oa1',
      uid: '00u1',
      scp: ['openid', 'notes:read'],
      sub: 'ann@example.com',
    },
    clientId: '0oa1',
    scope: ['openid', 'notes:read'],
    idToken: { typ: null, claims: { ver: 1, jti: 'ID.1', aud: 'api://default', sub: '00u1', amr: ['pwd'] } },
  },
  Auth0: {
    profile: auth0Profile,
    issuer: 'https://shop.eu.auth0.com/',
    audience: 'https://api.example',
    typ: 'JWT',
    claims: {
      sub: 'auth0|1',
      aud: ['https://api.example', 'https://shop.eu.auth0.com/userinfo'],
      azp: 'web',
      scope: 'openid notes:read',
    },
    clientId: 'web',
    scope: ['openid', 'notes:read'],
    idToken: { typ: 'JWT', claims: { sub: 'auth0|1', aud: 'web', nonce: 'n' } },
  },
  Cognito: {
    profile: cognitoProfile,
    issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc',
    audience: '1example23456789',
    typ: null,
    claims: {
      sub: 'aaaa',
      token_use: 'access',
      scope: 'openid notes/read',
      auth_time: now - 20,
      version: 2,
      jti: 'j',
      client_id: '1example23456789',
      username: 'ann',
    },
    clientId: '1example23456789',
    scope: ['openid', 'notes/read'],
    idToken: {
      typ: null,
      claims: { sub: 'aaaa', token_use: 'id', aud: '1example23456789', client_id: '1example23456789' },
    },
  },
}

async function protect(
  { issuer, profile, audience }: Pick<Sample, 'issuer' | 'audience'> & { profile?: AccessTokenProfile },
  claims: object,
  typ: string | null,
): Promise<unknown> {
  const validator = jwtAccessToken({ issuer, audience, keys: KeySet.of(key), ...(profile && { profile }) })
  const guard = new ResourceProtector({ resource: 'https://api.example', validators: [validator], clock: () => now })
  const token = await signJwt({ iss: issuer, ...times, ...claims }, key, { typ })
  const headers = { authorization: `Bearer ${token}` }
  return guard.protect(fromRequest(new Request('https://api.example/notes', { headers })))
}

describe.each(Object.entries(samples))('access tokens of %s', (_, sample) => {
  const { claims, typ, clientId, scope, idToken } = sample

  it('are read with their own names for client and scope', async () => {
    expect(await protect(sample, claims, typ)).toMatchObject({ clientId, scope, subject: claims['sub'], claims })
  })

  it('are refused for another audience', async () => {
    await expect(protect({ ...sample, audience: 'other' }, claims, typ)).rejects.toMatchObject({
      code: 'invalid_token',
    })
  })

  it('are told from ID Tokens of the same issuer', async () => {
    await expect(protect(sample, idToken.claims, idToken.typ)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it('are refused without the profile', async () => {
    const plain = { issuer: sample.issuer, audience: sample.audience }
    await expect(protect(plain, claims, typ)).rejects.toMatchObject({ code: 'invalid_token' })
  })
})

describe('several issuers behind one protector', () => {
  const validators = ['https://one.example', 'https://two.example'].map((issuer) =>
    jwtAccessToken({ issuer, keys: () => key, algorithms: ['RS256'] }),
  )
  const present = async (issuer: string, token?: string): Promise<unknown> => {
    const guard = new ResourceProtector({ resource: 'https://api.example', validators, clock: () => now })
    const own = { iss: issuer, aud: 'https://api.example', sub: 'ann', client_id: 'web', jti: '1', ...times }
    const text = token ?? (await signJwt(own, key, { typ: 'at+jwt' }))
    const request = new Request('https://api.example', { headers: { authorization: `Bearer ${text}` } })
    return guard.protect(fromRequest(request))
  }

  it('each take their own tokens', async () => {
    expect(await present('https://one.example')).toMatchObject({ issuer: 'https://one.example' })
    expect(await present('https://two.example')).toMatchObject({ issuer: 'https://two.example' })
  })

  it('say which issuer was found and which are accepted', async () => {
    await expect(present('https://three.example')).rejects.toMatchObject({
      reason:
        'no validator knows the token: its issuer is "https://three.example"; the validators accept "https://one.example", "https://two.example"',
    })
    await expect(present('', 'opaque')).rejects.toMatchObject({
      reason: expect.stringMatching(/not a JWT; the validators accept "https:\/\/one/) as string,
    })
  })

  it('write nothing into the log that a terminal would obey', async () => {
    const refused = await present('https://x\u001b[31m\n.example').catch((error: unknown) => error)
    expect((refused as { reason: string }).reason).toMatch(/^[ -~]*$/)
  })
})
