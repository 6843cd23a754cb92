/** Traps of the design that belong to no single file. */

import { memoryStore, type Store } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { bareServer, fullServer, obtainCode, post, redeem, refresh, WEB } from '../../test/journey.ts'
import { temporarilyUnavailable } from '../errors.ts'
import { codeChallenge } from './features/code-challenge.ts'
import { authorizationCodeGrant } from './features/authorization-code.ts'
import { clientCredentialsGrant } from './features/client-credentials.ts'
import { refreshTokenGrant } from './features/refresh-token.ts'
import { developmentPages } from './interaction/development.ts'
import { introspectionEndpoint } from './features/introspection.ts'
import { opaqueAccessToken } from './features/opaque-access-token.ts'

describe('traps', () => {
  it('a crash does not burn the code: only a refusal may', async () => {
    const { server } = fullServer()
    let crash = true
    server.registerExtension({
      kind: 'extension',
      name: 'crash',
      validateTokenRequest: () => {
        if (crash) throw new Error('bug')
      },
    })
    const code = await obtainCode(server)
    expect((await redeem(server, code)).status).toBe(500)
    crash = false
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('a refusal that says to come later does not burn the code either', async () => {
    const { server } = fullServer()
    let busy = true
    server.registerExtension({
      kind: 'extension',
      name: 'busy',
      validateTokenRequest: () => {
        if (busy) throw temporarilyUnavailable()
      },
    })
    const code = await obtainCode(server)
    expect((await redeem(server, code)).status).toBe(503)
    busy = false
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('a store that fails at the commit does not burn the code', async () => {
    const inner = memoryStore()
    let broken = false
    const store: Store = {
      ...inner,
      commit: (batch) => (broken ? Promise.reject(new Error('down')) : inner.commit(batch)),
    }
    const { server } = fullServer({ store })
    const code = await obtainCode(server)
    broken = true
    expect((await redeem(server, code)).status).toBe(500)
    broken = false
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('PKCE for the whole server refuses neither refreshes nor other grants', async () => {
    const { server } = bareServer()
    server
      .registerGrant(authorizationCodeGrant())
      .registerGrant(refreshTokenGrant())
      .registerGrant(clientCredentialsGrant())
      .registerExtension(codeChallenge())
      .register(developmentPages({ users: [{ username: 'alice' }] }))
    const { json } = await redeem(server, await obtainCode(server))
    expect((await refresh(server, json['refresh_token'])).status).toBe(200)
    expect((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).status).toBe(200)
  })

  it('a token of a format of your own is recognised without being registered twice', async () => {
    const { server } = bareServer()
    server.registerGrant(clientCredentialsGrant()).registerEndpoint(introspectionEndpoint())
    server.register({
      kind: 'feature',
      name: 'shouting',
      includes: [
        {
          kind: 'token_format',
          name: 'shouting',
          mint: async (draft, env) => {
            const minted = await opaqueAccessToken.mint(draft, env)
            return { ...minted, token: `LOUD.${minted.token}` }
          },
          find: (token, env) => (token.startsWith('LOUD.') ? opaqueAccessToken.find(token.slice(5), env) : null),
        },
        { kind: 'extension', name: 'shouting', issuing: () => ({ format: 'shouting' }) },
      ],
    })
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(json['access_token']).toMatch(/^LOUD\./)
    expect((await post(server, '/introspect', { token: String(json['access_token']) }, WEB)).json['active']).toBe(true)
  })

  it('sweeping a live authorization away from its tokens is impossible: it expires last', async () => {
    const { server, store } = fullServer()
    const { json } = await redeem(server, await obtainCode(server))
    const found = await server.tokens.find(String(json['access_token']))
    expect(found?.authorization.expiresAt).toBeGreaterThanOrEqual(found?.expiresAt ?? Infinity)
    await store.sweep(server.clock() + 3599, 1000)
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
  })

  it('a replayed code does not revoke when the store loses the first write: it is tried again', async () => {
    const inner = memoryStore()
    let lose = 0
    const store: Store = { ...inner, commit: (batch) => (lose-- > 0 ? Promise.resolve(false) : inner.commit(batch)) }
    const { server } = fullServer({ store })
    const code = await obtainCode(server)
    lose = 3
    expect((await redeem(server, code)).status).toBe(200)
  })
})
