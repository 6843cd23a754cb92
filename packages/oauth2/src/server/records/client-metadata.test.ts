import { memoryStore } from '@authlib/core'
import { createSealer } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import type { ClientMetadata } from '../contract/client.ts'
import { clientFromMetadata } from './client-metadata.ts'
import { createClientSecret, hashClientSecret } from './client-secret.ts'
import { staticClients, storedClients } from './clients.ts'

const WEB: ClientMetadata = {
  client_id: 'my-app',
  client_secret: 'web-secret-web-secret-web-secret',
  redirect_uris: ['https://app.example/cb'],
}
const NATIVE: ClientMetadata = {
  client_id: 'cli',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://127.0.0.1/cb'],
}

describe('client metadata that is wrong', () => {
  it.each<[string, Record<string, unknown>, string, string?]>([
    ['an empty secret', { client_secret: '' }, 'client "my-app": client_secret is empty'],
    [
      'a secret from a variable that is not set',
      { client_secret: undefined },
      'client "my-app": client_secret is undefined',
    ],
    ['a secret that is no string', { client_secret: 7 }, 'client "my-app": client_secret is not a string'],
    ['a camelCase member', { redirectUris: [] }, 'client "my-app": redirectUris is not a member', 'Use redirect_uris.'],
    [
      'a camelCase member of OpenID',
      { jwksUri: 'https://x' },
      'client "my-app": jwksUri is not a member',
      'Use jwks_uri.',
    ],
    [
      'a member with hyphens',
      { 'grant-types': [] },
      'client "my-app": grant-types is not a member',
      'Use grant_types.',
    ],
    [
      'a singular',
      { redirect_uri: 'https://x' },
      'client "my-app": redirect_uri is not a member',
      'Use redirect_uris.',
    ],
    ['a plural', { scopes: 'a' }, 'client "my-app": scopes is not a member', 'Use scope.'],
    [
      'trust in its metadata',
      { skip_consent: true },
      'client "my-app": skip_consent is not client metadata',
      'It is trust: pass it apart from the metadata. See ClientTrust.',
    ],
    [
      'a wildcard',
      { redirect_uris: ['https://*.x/cb'] },
      'client "my-app": a redirect URI has a wildcard, and redirect URIs are compared exactly: "https://*.x/cb"',
    ],
    [
      'a redirect URI that is no string',
      { redirect_uris: [7] },
      'client "my-app": redirect_uris is not an array of strings',
    ],
    [
      'a string of redirect URIs',
      { redirect_uris: 'https://x' },
      'client "my-app": redirect_uris is not an array of strings',
    ],
    [
      'a boolean in quotes',
      { dpop_bound_access_tokens: 'false' },
      'client "my-app": dpop_bound_access_tokens is not a boolean',
    ],
    ['a relative logo', { logo_uri: '/logo.png' }, 'client "my-app": logo_uri is not a URL'],
    ['a logo in another language that is no URL', { 'logo_uri#de': 'x' }, 'client "my-app": logo_uri#de is not a URL'],
    [
      'a grant type in another spelling',
      { grant_types: ['authorization-code'] },
      'client "my-app": grant_types has "authorization-code"',
      'Use authorization_code.',
    ],
    [
      'the response type as grant type',
      { grant_types: ['code'] },
      'client "my-app": grant_types has "code"',
      'Use authorization_code.',
    ],
    ['a key set that is no object', { jwks: [] }, 'client "my-app": jwks is not a JSON object'],
    ['a negative age', { default_max_age: -1 }, 'client "my-app": default_max_age is not a number of seconds'],
    [
      'an id in camelCase',
      { client_id: undefined, clientId: 'x' },
      'client "": clientId is not a member',
      'Use client_id.',
    ],
    ['no id', { client_id: undefined }, 'client "": client_id is missing'],
    [
      'an id that no request can carry',
      { client_id: 'a\nb' },
      'client "a\\nb": client_id has a character that is not allowed',
    ],
  ])('is refused: %s', async (_fault, change, message, hint) => {
    const metadata = { ...WEB, ...change } as ClientMetadata
    const error = { code: 'invalid_client_metadata', message, ...(hint !== undefined && { hint }) }
    expect(() => staticClients([metadata])).toThrow(expect.objectContaining(error))
    await expect(clientFromMetadata(metadata)).rejects.toMatchObject(error)
  })

  it.each([
    'secret',
    'Secret123',
    'my-secret',
    'password',
    'changeme',
    'client_secret',
    'aaaaaaaaaaaa',
    '1234567890',
    'abc',
  ])('is refused with the weak secret %j, and says how to make one', (secret) => {
    expect(() => staticClients([{ ...WEB, client_secret: secret }])).toThrow(
      expect.objectContaining({
        reason: expect.stringMatching(/^client_secret is weak: /) as string,
        hint: expect.stringContaining('createClientSecret()') as string,
      }),
    )
  })

  it('does not quote the secret', () => {
    const message = (secret: string): string => {
      try {
        staticClients([{ ...WEB, client_secret: secret }])
        return ''
      } catch (error) {
        return JSON.stringify([(error as Error).message, error])
      }
    }
    expect(message('hunter2')).not.toContain('hunter2')
  })

  it('is a list with one id twice', () => {
    expect(() => staticClients([WEB, WEB])).toThrow(/same client_id/)
  })
})

describe('client metadata that is right', () => {
  it('keeps members of your own, and those in other languages', async () => {
    const { metadata } = await clientFromMetadata({ ...WEB, tenant: 'x', 'client_name#fr': 'Ma boutique' })
    expect(metadata).toEqual({ tenant: 'x', 'client_name#fr': 'Ma boutique' })
  })

  it('takes trust apart from it', async () => {
    const trust = { skipConsent: true, resourceServer: true, authMethods: ['client_secret_post'] }
    expect(await clientFromMetadata(WEB, trust)).toMatchObject(trust)
    expect(await staticClients([{ ...WEB, trust }]).find('my-app')).toMatchObject(trust)
    expect(await clientFromMetadata(WEB)).not.toHaveProperty('skipConsent')
  })

  it('infers a native client from a public one on the own device', async () => {
    const typeOf = async (change: Partial<ClientMetadata>): Promise<string> =>
      (await clientFromMetadata({ ...NATIVE, ...change })).applicationType
    expect(await typeOf({})).toBe('native')
    expect(await typeOf({ redirect_uris: ['https://vscode.dev/redirect', 'http://localhost:33418/'] })).toBe('native')
    expect(await typeOf({ redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'] })).toBe('native')
    expect(await typeOf({ redirect_uris: ['https://app.example/cb'] })).toBe('web')
    expect(await typeOf({ application_type: 'web' })).toBe('web')
    expect((await clientFromMetadata({ ...WEB, redirect_uris: ['http://localhost:3000/cb'] })).applicationType).toBe(
      'web',
    )
  })

  it('lets confidential and strict native clients use reverse domain names only (RFC 8252 §7.1)', async () => {
    const scheme = { redirect_uris: ['cursor://x/cb'], application_type: 'native' as const }
    await expect(clientFromMetadata({ ...WEB, ...scheme })).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    await expect(clientFromMetadata({ ...NATIVE, ...scheme }, { schemesWithoutDot: false })).rejects.toMatchObject({
      reason: 'a redirect URI has a private-use scheme without a dot',
    })
    expect(await clientFromMetadata({ ...WEB, ...scheme }, { schemesWithoutDot: true })).toBeTruthy()
  })
})

describe('client secrets', () => {
  it('of ours need no encoding in a Basic header, a URL or a shell', () => {
    for (let n = 0; n < 50; n++) expect(createClientSecret()).toMatch(/^secret_[A-Za-z0-9_-]{43}$/)
  })

  const jwt = { ...WEB, token_endpoint_auth_method: 'client_secret_jwt' }

  it('are kept themselves only for methods that need them', async () => {
    expect((await clientFromMetadata(WEB)).secrets).toEqual([
      { hash: await hashClientSecret(String(WEB.client_secret)) },
    ])
    for (const metadata of [jwt, { ...WEB, id_token_signed_response_alg: 'HS256' }]) {
      const [secret] = (await clientFromMetadata(metadata)).secrets
      expect(await secret?.reveal?.()).toBe(WEB.client_secret)
      expect(JSON.stringify(secret)).not.toContain(WEB.client_secret)
    }
  })

  it('are sealed in the store', async () => {
    const store = memoryStore()
    const sealer = createSealer({ secrets: ['a secret of the tests, long enough to pass'], label: 'client_secret' })
    const clients = storedClients(store, { sealer })
    await clients.save(await clientFromMetadata(jwt))
    const [record] = await store.get('client:my-app', [['client', 'my-app']])
    expect(JSON.stringify(record)).not.toContain(WEB.client_secret)
    const found = await clients.find('my-app')
    expect(await found?.secrets[0]?.reveal?.()).toBe(WEB.client_secret)
    await clients.save(found!) // a client that was read can be written again
    expect(await (await clients.find('my-app'))?.secrets[0]?.reveal?.()).toBe(WEB.client_secret)
    await expect(storedClients(store).save(await clientFromMetadata(jwt))).rejects.toMatchObject({
      code: 'missing_secret_sealer',
    })
  })

  it('may be two at once', async () => {
    const clients = storedClients(memoryStore())
    const client = await clientFromMetadata(WEB)
    await clients.save({ ...client, secrets: [...client.secrets, { hash: 'sha-256:x', expiresAt: 7 }] })
    expect((await clients.find('my-app'))?.secrets).toHaveLength(2)
  })
})

describe('clientMember', () => {
  it('reads a member in its type, and nothing of another type', () => {
    const member = clientMember('require_pushed_authorization_requests', memberTypes.boolean)
    expect(member.read({ metadata: { require_pushed_authorization_requests: true } })).toBe(true)
    expect(member.read({ metadata: { require_pushed_authorization_requests: false } })).toBe(false)
    expect(member.read({ metadata: { require_pushed_authorization_requests: 'true' } })).toBeUndefined()
    expect(member.read({ metadata: {} })).toBeUndefined()
  })
})
