import { memoryStore, type Store } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { authorizeUrl, fullServer, obtainCode, redeem, refresh } from '../../../test/journey.ts'
import { invalidGrant, invalidScope } from '../../errors.ts'
import type { ResponseType } from '../contract/registrable.ts'
import { authorizationRecord } from '../records/authorization.ts'

async function granted(made = fullServer(), scope = 'read write') {
  const { json } = await redeem(made.server, await obtainCode(made.server, { scope }))
  const found = await made.server.tokens.find(String(json['access_token']))
  if (!found) throw new Error('the token is alive')
  return { ...made, json, id: found.authorization.id }
}

describe('amending an authorization that lives', () => {
  it('changes what later tokens have', async () => {
    const { server, json, id } = await granted(fullServer(), 'read')
    const amended = await server.authorizations.amend(id, ({ scope }) => ({ scope: [...scope, 'write'] }))
    expect(amended?.scope).toEqual(['read', 'write'])
    expect((await refresh(server, json['refresh_token'])).json['scope']).toBe('read write')
  })

  it('loses no change to another writer', async () => {
    const { server, id } = await granted()
    const words = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(
      words.map((word) => server.authorizations.amend(id, ({ scope }) => ({ scope: [...scope, word] }))),
    )
    expect([...((await server.authorizations.find(id))?.scope ?? [])].sort()).toEqual([...words, 'read', 'write'])
  })

  it('is for one that is active: neither revoked, nor unknown', async () => {
    const { server, id } = await granted()
    await server.authorizations.revoke({ authorizationId: id })
    expect(await server.authorizations.amend(id, () => ({ scope: [] }))).toBeNull()
    expect(await server.authorizations.amend('x'.repeat(22), () => ({ scope: [] }))).toBeNull()
  })
})

describe('an authorization that derives from another', () => {
  it('is not found, and not amended, once the other has ended', async () => {
    const made = fullServer()
    const { server, id } = await granted(made)
    const parent = await server.authorizations.find(id)
    const child = { ...parent!, id: `${id}~child`, revision: 0 }
    await made.store.commit({
      ...{ partition: id, now: server.clock(), expect: [], remove: [] },
      put: [authorizationRecord(child, 1)],
    })
    expect(await server.authorizations.find(child.id)).toMatchObject({ id: child.id, status: 'active' })
    await server.authorizations.revoke({ authorizationId: id })
    expect(await server.authorizations.find(child.id)).toBeNull()
    expect(await server.authorizations.amend(child.id, () => ({ scope: [] }))).toBeNull()
  })
})

describe('listing authorizations', () => {
  it('finds those that live, of a client or a subject', async () => {
    const made = fullServer()
    const { server, id } = await granted(made)
    const other = await granted(made)
    await server.authorizations.revoke({ authorizationId: other.id })
    for (const owner of [{ clientId: 'web' }, { subject: 'alice' }]) {
      const ids: string[] = []
      for await (const one of server.authorizations.list(owner)) ids.push(one.id)
      expect(ids).toEqual([id])
    }
  })
})

describe('a code', () => {
  it.each([
    ['is burnt by a wrong proof', () => invalidGrant(), 'invalid_grant'],
    ['is not burnt by a mistake elsewhere', () => invalidScope(), undefined],
    ['is not burnt by a crash', () => new Error('crash'), undefined],
  ])('%s', async (_case, fault, later) => {
    const { server } = fullServer()
    let fails = true
    server.registerExtension({
      kind: 'extension',
      name: 'failing',
      validateTokenRequest() {
        if (fails) throw fault()
      },
    })
    const code = await obtainCode(server)
    expect((await redeem(server, code)).status).toBeGreaterThanOrEqual(400)
    fails = false
    expect((await redeem(server, code)).json['error']).toBe(later)
  })
})

describe('a token in the front channel', () => {
  const frontToken: ResponseType = {
    kind: 'response_type',
    responseType: 'token',
    grantTypes: ['authorization_code'],
    defaultMode: 'fragment',
    respond: ({ server, ...request }, authorization) =>
      server.tokens.mint({ server, ...request }, { authorization, scope: authorization.scope }),
  }

  it('is minted by a response type, with what extensions make of it, in the batch of the answer', async () => {
    const inner = memoryStore()
    let commits = 0
    const store: Store = { ...inner, commit: (batch) => ((commits += 1), inner.commit(batch)) }
    const { server } = fullServer({ store })
    server.register(frontToken, {
      kind: 'extension',
      name: 'short',
      issuing: () => ({ lifetime: 60, scope: ['read'] }),
    })
    const client = await server.clients.find('web')
    if (!client) throw new Error('web is registered')
    const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
    commits = 0
    const decision = { subject: 'alice', authTime: server.clock() }
    const response = await server.requests.answer({ ...request, responseType: frontToken }, decision)
    const location = response.headers.find(([name]) => name === 'location')?.[1] ?? ''
    const params = new URLSearchParams(new URL(location.replace('?', '#')).hash.slice(1))
    expect([params.get('token_type'), params.get('expires_in'), params.get('scope')]).toEqual(['Bearer', '60', 'read'])
    expect(commits).toBe(1)
    const found = await server.tokens.find(params.get('access_token') ?? '')
    expect(found).toMatchObject({ scope: ['read'], authorization: { status: 'active', subject: 'alice' } })
  })
})
