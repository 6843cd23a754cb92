import { decryptJwe, decryption, generateKey, KeySet, verifyJwt, type Key } from '@authlib/jose'
import { staticClients, type AuthorizationServer } from '@authlib/oauth2/server'
import { beforeAll, describe, expect, it } from 'vitest'
import { ISSUER } from '../../../../oauth2/test/journey.ts'
import { ALICE, authenticationUrl, logIn, provider, RP, withToken } from '../../../test/provider.ts'
import { encryptedAnswers } from './encrypted-answers.ts'

let key: Key
beforeAll(async () => {
  key = await generateKey('ECDH-ES', { kid: 'enc' })
})

async function start(client: object): Promise<AuthorizationServer> {
  const { server } = await provider({
    clients: staticClients([{ ...RP, jwks: { keys: [key.publicJwk()] }, ...client } as never]),
  })
  return server.register(encryptedAnswers())
}

const open = async (server: AuthorizationServer, token: unknown, more: object = {}) =>
  verifyJwt(String(token), KeySet.from(await server.requireKeys().jwks()), {
    algorithms: ['ES256', 'RS256'],
    audience: 'web',
    issuer: ISSUER,
    decryption: decryption(KeySet.of(key)),
    ...more,
  })

it('nests a signed ID Token (Core §10.2)', async () => {
  const server = await start({ id_token_encrypted_response_alg: 'ECDH-ES' })
  const { json } = await logIn(server)
  expect(String(json['id_token']).split('.')).toHaveLength(5)
  expect((await open(server, json['id_token'])).claims).toMatchObject({ sub: 'alice' })
})

it('nests a signed userinfo answer, and encrypts one that is not signed (Core §5.3.2)', async () => {
  const signed = await start({
    userinfo_encrypted_response_alg: 'ECDH-ES',
    userinfo_encrypted_response_enc: 'A256GCM',
    userinfo_signed_response_alg: 'RS256',
  })
  const { json } = await logIn(signed, { scope: 'openid email' })
  const response = await withToken(signed, '/userinfo', json['access_token'])
  expect(response.headers.get('content-type')).toBe('application/jwt')
  const { claims } = await open(signed, await response.text(), { expiryOptional: true })
  expect(claims).toMatchObject({ sub: 'alice', email: ALICE.email })

  const plain = await start({ userinfo_encrypted_response_alg: 'ECDH-ES' })
  const second = await logIn(plain, { scope: 'openid email' })
  const answer = await withToken(plain, '/userinfo', second.json['access_token'])
  expect(answer.headers.get('content-type')).toBe('application/jwt')
  const { plaintext } = await decryptJwe(await answer.text(), KeySet.of(key))
  expect(JSON.parse(new TextDecoder().decode(plaintext))).toMatchObject({ sub: 'alice', email: ALICE.email })
})

it('uses the key for encryption of the several that the client publishes, and names it by kid (Core §10.2)', async () => {
  const signing = { ...(await generateKey('ES256', { kid: 'first' })).publicJwk(), use: 'sig' }
  const rsa = await generateKey('RSA-OAEP-256', { kid: 'rsa' })
  const jwks = { keys: [signing, { ...key.publicJwk(), use: 'enc' }, { ...rsa.publicJwk(), use: 'enc' }] }
  for (const [alg, kid] of [
    ['ECDH-ES', 'enc'],
    ['RSA-OAEP-256', 'rsa'],
  ]) {
    const { json } = await logIn(await start({ jwks, id_token_encrypted_response_alg: alg }))
    const [header = ''] = String(json['id_token']).split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg, kid, cty: 'JWT' })
  }
})

it.each(['A128KW', 'A256GCMKW', 'dir', 'PBES2-HS256+A128KW'])(
  'offers no %s: a secret that both sides know is not for clients without one (Core §10.2)',
  (alg) => {
    expect(() => encryptedAnswers({ algorithms: ['ECDH-ES', alg] })).toThrow(TypeError)
  },
)

describe('refuses to answer in the clear', () => {
  it('when the client has no key', async () => {
    const server = await start({ id_token_encrypted_response_alg: 'RSA-OAEP-256' })
    const { status, json } = await logIn(server)
    expect([status, json]).toEqual([500, { error: 'server_error' }])
  })

  it('when the client is registered for an algorithm that is not offered', async () => {
    const server = await start({ id_token_encrypted_response_alg: 'RSA1_5' })
    const response = await server.fetch(new Request(authenticationUrl()))
    expect(response.headers.get('location')).toContain('error=invalid_request')
  })
})

it('is advertised (Discovery §3)', async () => {
  expect((await start({})).metadata()).toMatchObject({
    id_token_encryption_alg_values_supported: expect.arrayContaining(['RSA-OAEP-256', 'ECDH-ES']) as unknown,
    userinfo_encryption_enc_values_supported: expect.arrayContaining(['A128CBC-HS256', 'A256GCM']) as unknown,
  })
})
