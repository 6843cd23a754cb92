import { describe, expect, it } from 'vitest'
import { generateKey, staticKeys } from '@authlib/jose'
import { bareServer, post, WEB } from '../../../test/journey.ts'
import type { Extension } from '../contract/extension.ts'
import type { FoundToken, TokenChange } from '../contract/plans.ts'
import type { Grant } from '../contract/registrable.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { jwtAccessToken } from '../features/jwt-access-token.ts'

/** A token to which the grant and then each extension makes its change. */
async function issue(
  plan: TokenChange,
  ...changes: readonly TokenChange[]
): Promise<{ status: number; token?: FoundToken; text: string; json: Record<string, unknown> }> {
  const { server } = bareServer({ keys: staticKeys([await generateKey('ES256')]) })
  const own = clientCredentialsGrant()
  const grant: Grant = {
    ...own,
    exchange: async (request) => ({ ...(await own.exchange(request)), token: plan }) as never,
  }
  changes.forEach((change, index) => {
    const extension: Extension = { kind: 'extension', name: `e${index}`, issuing: () => change }
    server.register(extension)
  })
  server.register(grant, jwtAccessToken({ audience: 'https://api.example' }))
  const { status, json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
  const text = String(json['access_token'])
  const token = await server.tokens.find(text)
  return { status, text, json, ...(token ? { token } : {}) }
}

describe('what a plan and extensions make of an access token', () => {
  it('is less scope at most', async () => {
    const { json } = await issue({ scope: ['write', 'read'] }, { scope: ['read', 'admin'] })
    expect(json['scope']).toBe('read')
  })

  it('is the least lifetime of all', async () => {
    expect((await issue({ lifetime: 300 }, { lifetime: 60 }, { lifetime: 9000 })).json['expires_in']).toBe(60)
    expect((await issue({}, { lifetime: 9000 })).json['expires_in']).toBe(3600)
  })

  it.each(['opaque', 'jwt'])('is bound to several keys at once: members of cnf are joined (%s)', async (format) => {
    const jkt = { confirmation: { jkt: 'thumbprint' }, tokenType: 'DPoP' }
    const { token } = await issue({ format }, jkt, { confirmation: { 'x5t#S256': 'hash' } })
    expect(token?.claims['cnf']).toEqual({ jkt: 'thumbprint', 'x5t#S256': 'hash' })
  })

  it('is never bound twice to one kind of key', async () => {
    expect((await issue({}, { confirmation: { jkt: 'a' } }, { confirmation: { jkt: 'b' } })).status).toBe(500)
  })

  it.each<[string, TokenChange, TokenChange[], RegExp]>([
    ['that of the plan', { format: 'opaque' }, [{ format: 'jwt' }], /^at_/],
    ['that of an extension', {}, [{ format: 'opaque' }], /^at_/],
    ['the default', {}, [{}], /^ey/],
  ])('has the format of the first that names one: %s', async (_case, plan, changes, expected) => {
    expect((await issue(plan, ...changes)).text).toMatch(expected)
  })
})
