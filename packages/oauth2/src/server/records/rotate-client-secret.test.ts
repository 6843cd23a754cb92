import { memoryStore } from '@authlib/core'
import { importSecret, signJwt } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock, post, WEB, type Answer } from '../../../test/journey.ts'
import { clientSecretJwt } from '../client-auth/client-secret-jwt.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { clientFromMetadata } from './client-metadata.ts'
import { staticClients } from './clients.ts'
import { rotateClientSecret } from './rotate-client-secret.ts'

const START = 1_800_000_000

async function start(metadata: object = {}) {
  const clock = manualClock(START)
  const made = bareServer({ clock, store: memoryStore(), clients: undefined, tokenPrefix: 'acme' })
  made.server.register(clientCredentialsGrant(), clientSecretJwt())
  const client = { ...WEB, ...metadata }
  await made.server.clients.save(await clientFromMetadata(client))
  const statusWith = async (client_secret: string | null): Promise<number> => {
    const known = { ...WEB, client_secret: client_secret ?? '' }
    return (await post(made.server, '/token', { grant_type: 'client_credentials' }, known)).status
  }
  return { ...made, clock, statusWith }
}

describe('a client secret that is replaced', () => {
  it('is accepted beside the new one for a while', async () => {
    const { server, clock, statusWith } = await start()
    const next = await rotateClientSecret(server, 'web')
    expect(next).toMatch(/^acme_secret_[\w-]{43}$/)
    for (const secret of [next, WEB.client_secret!]) expect(await statusWith(secret)).toBe(200)
    clock.advance(86_399)
    expect(await statusWith(WEB.client_secret!)).toBe(200)
    clock.advance(1)
    expect(await statusWith(WEB.client_secret!)).toBe(401)
    expect(await statusWith(next)).toBe(200)
  })

  it('leaves at most two alive, and none longer than before', async () => {
    const { server, clock, statusWith } = await start()
    const second = await rotateClientSecret(server, 'web', { overlap: 1000 })
    const third = await rotateClientSecret(server, 'web', { overlap: 5000 })
    expect(await Promise.all([WEB.client_secret!, second, third].map(statusWith))).toEqual([401, 200, 200])
    expect((await server.clients.find('web'))?.secrets).toHaveLength(2)
    const fourth = await rotateClientSecret(server, 'web', { overlap: 10 })
    const fifth = await rotateClientSecret(server, 'web', { overlap: 100_000 })
    clock.advance(99_999)
    expect(await Promise.all([third, fourth, fifth].map(statusWith))).toEqual([401, 200, 200])
  })

  it('ends at once without an overlap', async () => {
    const { server, statusWith } = await start()
    const next = await rotateClientSecret(server, 'web', { overlap: 0 })
    expect(await Promise.all([WEB.client_secret!, next].map(statusWith))).toEqual([401, 200])
  })

  it('does not live longer than it would have', async () => {
    const { server, clock, statusWith } = await start({ client_secret_expires_at: START + 60 })
    await rotateClientSecret(server, 'web')
    clock.advance(60)
    expect(await statusWith(WEB.client_secret!)).toBe(401)
  })

  it('signs assertions beside the new one (RFC 7523 §2.2)', async () => {
    const { server } = await start({ token_endpoint_auth_method: 'client_secret_jwt' })
    const next = await rotateClientSecret(server, 'web')
    const ask = async (secret: string, jti: string): Promise<Answer> => {
      const claims = { iss: 'web', sub: 'web', aud: ISSUER, iat: START, exp: START + 60, jti }
      return post(server, '/token', {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await signJwt(claims, await importSecret(secret, { alg: 'HS256' })),
      })
    }
    expect((await ask(next!, '1')).status).toBe(200)
    expect((await ask(WEB.client_secret!, '2')).status).toBe(200)
    expect((await ask('another-secret-another-secret-another', '3')).status).toBe(401)
  })

  it('keeps both, of two rotations at once one', async () => {
    const { server, statusWith } = await start()
    const secrets = await Promise.all([rotateClientSecret(server, 'web'), rotateClientSecret(server, 'web')])
    expect(await Promise.all(secrets.map(statusWith))).toEqual([200, 200])
    expect(await statusWith(WEB.client_secret!)).toBe(401)
  })

  it('needs a client that is there, has a secret, and can be updated', async () => {
    const { server } = await start({ token_endpoint_auth_method: 'none', client_secret: undefined, grant_types: [] })
    expect(await rotateClientSecret(server, 'nobody')).toBeNull()
    await expect(rotateClientSecret(server, 'web')).rejects.toThrow(TypeError)
    await expect(rotateClientSecret(server, 'web', { overlap: -1 })).rejects.toThrow(TypeError)
    const fixed = bareServer({ clients: staticClients([WEB]) }).server
    await expect(rotateClientSecret(fixed, 'web')).rejects.toMatchObject({ code: 'clients_are_fixed' })
  })
})
