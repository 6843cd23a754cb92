import { describe, expect, it } from 'vitest'
import { bareServer, fullServer, WEB } from '../../../test/journey.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import { consoleEvents, type AuthEvent } from '../contract/events.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { forClients } from '../features/for-clients.ts'
import { cachedClients } from '../records/cached-clients.ts'
import { staticClients, type ConfiguredClient } from '../records/clients.ts'

/** A server with one grant and one client, and what it says when registration ends. */
async function started(client: Partial<ConfiguredClient>): Promise<readonly AuthEvent[]> {
  const events: AuthEvent[] = []
  const clients = staticClients([{ ...WEB, grant_types: ['client_credentials'], response_types: [], ...client }])
  const { server } = bareServer({ clients, onEvent: (event) => events.push(event) })
  server.registerGrant(clientCredentialsGrant())
  await server.fetch(new Request(`${server.issuer}/none`))
  await server.fetch(new Request(`${server.issuer}/none`))
  return events
}

describe('a client of a list', () => {
  it('that is registered for what the server has is accepted without a word', async () => {
    expect(await started({})).toEqual([])
  })

  it.each<[string, Partial<ConfiguredClient>, string]>([
    ['a grant type', { grant_types: ['magic'] }, 'client "web": grant_types has "magic"'],
    ['a response type', { response_types: ['code magic'] }, 'client "web": response_types has "code magic"'],
    ['a method', { token_endpoint_auth_method: 'magic' }, 'client "web": token_endpoint_auth_method has "magic"'],
    ['a further method', { trust: { authMethods: ['magic'] } }, 'client "web": trust.authMethods has "magic"'],
  ])('is refused for %s that no one registered and no specification knows', async (_what, client, message) => {
    await expect(started(client)).rejects.toMatchObject({
      code: 'invalid_client_metadata',
      message: `${message}, which is not registered with the server`,
      hint: 'Register what handles it, or remove it from the client.',
    })
  })

  it('is refused for a member of another type than an extension reads', () => {
    const { server } = fullServer({ clients: staticClients([{ ...WEB, department: 7 }]) })
    const extension = {
      kind: 'extension',
      name: 'departments',
      clientMembers: [clientMember('department', memberTypes.string)],
    } as const
    server.register(forClients(() => true, extension))
    expect(() => server.routes).toThrow('client "web": department is not a string that is not empty')
  })

  it('is refused when the server is mounted, before the first request', () => {
    const { server } = bareServer({ clients: staticClients([{ ...WEB, grant_types: ['magic'] }]) })
    expect(() => server.routes).toThrow('grant_types has "magic"')
  })

  it('is warned of, once, for what a specification knows and the server lacks', async () => {
    const lacking = {
      grant_types: ['client_credentials', 'refresh_token'],
      token_endpoint_auth_method: 'private_key_jwt',
    }
    expect(await started(lacking)).toMatchObject([
      {
        type: 'configuration.warning',
        clientId: 'web',
        reason:
          'grant_types has "refresh_token", which is not registered with the server; ' +
          'token_endpoint_auth_method has "private_key_jwt", which is not registered with the server',
      },
    ])
  })

  it('is warned of when its scope is separated by commas', async () => {
    const reason = 'scope has "openid,profile", which is one value: separate values by spaces'
    expect(await started({ scope: 'openid,profile email' })).toMatchObject([{ type: 'configuration.warning', reason }])
  })

  it('may have a scope value with a comma that the server publishes', async () => {
    const events: AuthEvent[] = []
    const clients = staticClients([{ ...WEB, scope: 'a,b' }])
    const { server } = fullServer({ clients, scopes: ['a,b'], onEvent: (event) => events.push(event) })
    await server.fetch(new Request(`${server.issuer}/none`))
    expect(events).toEqual([])
  })

  it('is checked behind a cache too', () => {
    const clients = cachedClients(staticClients([{ ...WEB, grant_types: ['magic'] }]), 30)
    expect(() => bareServer({ clients }).server.routes).toThrow('grant_types has "magic"')
  })

  it('is written about on the console by default', () => {
    const lines: string[] = []
    const listen = consoleEvents({ write: (line) => lines.push(line) })
    listen({ type: 'configuration.warning', at: 0, reason: 'a fact', clientId: 'web' })
    expect(lines).toEqual(['authlib configuration.warning reason="a fact" clientId="web"'])
  })
})
