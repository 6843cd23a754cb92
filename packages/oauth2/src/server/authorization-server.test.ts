import { describe, expect, it } from 'vitest'
import { memoryStore } from '@authlib/core'
import { AuthorizationServer, clientCredentialsGrant } from './index.ts'
import { API, Browser, fullServer, obtainCode, post, redeem, refresh, WEB } from '../../test/journey.ts'

describe('a code journey', () => {
  it('ends with tokens that work and can be refreshed, revoked and introspected', async () => {
    const { server, events } = fullServer()
    const code = await obtainCode(server)
    const first = await redeem(server, code)
    expect(first.json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read write' })
    expect(first.status).toBe(200)
    const introspected = await post(server, '/introspect', { token: String(first.json['access_token']) }, API)
    expect(introspected.json).toMatchObject({ active: true, sub: 'alice', client_id: 'web' })
    const second = await refresh(server, first.json['refresh_token'])
    expect(second.status).toBe(200)
    await post(server, '/revoke', { token: String(second.json['refresh_token']) }, WEB)
    const dead = await post(server, '/introspect', { token: String(second.json['access_token']) }, API)
    expect(dead.json).toEqual({ active: false })
    expect(events.map(({ type }) => type)).toEqual([
      'authorization.granted',
      'token.issued',
      'token.issued',
      'token.revoked',
    ])
  })

  it('does not ask again for what was approved before', async () => {
    const { server } = fullServer()
    const browser = new Browser(server)
    await browser.authorize()
    const response = await browser.open(
      '/authorize?client_id=web&response_type=code&scope=read&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256',
    )
    expect(response.headers.get('location')).toContain('code=')
  })

  it('gives a client its own token', async () => {
    const { server } = fullServer()
    const answer = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(answer.json).toMatchObject({ scope: 'read write', token_type: 'Bearer' })
    expect(answer.json).not.toHaveProperty('refresh_token')
  })
})

describe('a server without an event listener', () => {
  it('prints errors of the server, and nothing else', async () => {
    const failure = new Error('the database is on fire')
    const secrets = ['a secret of at least 32 characters']
    const clients = { find: () => Promise.reject(failure) }
    const issuer = 'https://as.example'
    const server = new AuthorizationServer({ issuer, store: memoryStore(), secrets, clients })
    server.registerGrant(clientCredentialsGrant())
    const printed: unknown[] = []
    const print = console.error
    console.error = (...values: unknown[]) => printed.push(...values)
    try {
      expect((await post(server, '/token', { grant_type: 'unknown' })).status).toBe(401)
      expect((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).status).toBe(500)
    } finally {
      console.error = print
    }
    expect(printed).toEqual([failure])
  })
})
