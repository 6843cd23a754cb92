import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { bareServer, fullServer, ISSUER, obtainCode, post, redeem, refresh, WEB } from '../../../test/journey.ts'
import { jwtAccessToken } from '../features/jwt-access-token.ts'

const NEW = 'https://login.example'
const keys = staticKeys([await generateKey('ES256')])

/** Before and after a move, on one store. The requests go to paths, whatever the host. */
function move(formerIssuers: readonly string[] | undefined, { jwt = false }: { jwt?: boolean } = {}) {
  const store = memoryStore()
  const before = fullServer({ store, keys })
  const after = (): ReturnType<typeof fullServer> => {
    const made = fullServer({ store, keys, issuer: NEW, formerIssuers }, { pages: false })
    if (jwt) made.server.register(jwtAccessToken({ audience: 'https://api.example' }))
    return made
  }
  if (jwt) before.server.register(jwtAccessToken({ audience: 'https://api.example' }))
  return { store, before: before.server, after }
}

describe('a server with another issuer than before', () => {
  it('accepts codes and refresh tokens of former issuers, and issues its own', async () => {
    const { before, after } = move([ISSUER])
    const first = await redeem(before, await obtainCode(before))
    const code = await obtainCode(before)
    const { server } = after()
    const second = await refresh(server, first.json['refresh_token'])
    expect(second.status).toBe(200)
    expect((await refresh(server, second.json['refresh_token'])).status).toBe(200)
    expect((await redeem(server, code)).status).toBe(200)
    expect(server.metadata().issuer).toBe(NEW)
  })

  it('accepts access tokens of former issuers, those that are JWTs too', async () => {
    const { before, after } = move([ISSUER], { jwt: true })
    const { json } = await post(before, '/token', { grant_type: 'client_credentials' }, WEB)
    const { server } = after()
    const found = await server.tokens.find(String(json['access_token']))
    expect(found?.claims['iss']).toBe(ISSUER)
    const own = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect((await server.tokens.find(String(own.json['access_token'])))?.claims['iss']).toBe(NEW)
  })

  it('opens secrets that were sealed before', async () => {
    const { after, before } = move([ISSUER])
    const sealed = await before.sealer('client_secret').seal('text', 'context')
    const opened = await after().server.sealer('client_secret').open(sealed, 'context')
    expect(opened && new TextDecoder().decode(opened)).toBe('text')
  })

  it('refuses what it does not name, as two issuers with one store would accept each other', () => {
    expect(() => move(undefined).after()).toThrow(expect.objectContaining({ code: 'shared_store' }) as Error)
    expect(() => move(['https://other.example']).after()).toThrow(
      expect.objectContaining({ code: 'shared_store' }) as Error,
    )
  })

  it('refuses refresh tokens of an issuer that is not named', async () => {
    const first = move([ISSUER])
    const { json } = await redeem(first.before, await obtainCode(first.before))
    const stranger = fullServer({ issuer: NEW, formerIssuers: ['https://old.example'] }, { pages: false }).server
    expect((await refresh(stranger, json['refresh_token'])).json['error']).toBe('invalid_grant')
  })

  it('does not hand them on to its tenants', () => {
    const { server } = bareServer({ issuer: NEW, formerIssuers: [ISSUER] })
    const tenant = server.at({ issuer: 'https://tenant.example', store: memoryStore() })
    expect([server.formerIssuers, tenant.formerIssuers]).toEqual([[ISSUER], []])
  })

  it('refuses a former issuer that is none', () => {
    expect(() => bareServer({ formerIssuers: ['http://old.example'] })).toThrow(
      expect.objectContaining({ code: 'invalid_issuer' }) as Error,
    )
  })
})
