import { describe, expect, it } from 'vitest'
import { Browser, fullServer, obtainCode, post, redeem, refresh, WEB } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { ClientMetadata } from '../contract/client.ts'
import { deviceAuthorizationGrant } from '../features/device-authorization.ts'
import { pushedAuthorizationRequests } from '../features/pushed-authorization.ts'
import { staticClients } from '../records/clients.ts'
import type { AuthorizationServerOptions } from './options.ts'

const { scope: _scope, ...NO_SCOPE } = WEB

function serverWith(options: Partial<AuthorizationServerOptions>, client: ClientMetadata = WEB): AuthorizationServer {
  return fullServer({ clients: staticClients([client]), ...options }).server
}

/** The scope of the token at the end of a login; the error when the request is refused. */
async function granted(server: AuthorizationServer, scope: string | undefined): Promise<unknown> {
  const answer = await new Browser(server).authorize({ scope })
  const code = answer.get('code')
  return code === null ? answer.get('error') : (await redeem(server, code)).json['scope']
}

describe('a request without scope (RFC 6749 §3.3)', () => {
  it.each([undefined, ''])('gets the default scope of the server (scope: %j)', async (scope) => {
    expect(await granted(serverWith({ defaultScope: ['read'] }), scope)).toBe('read')
  })

  it('shows the default on the consent page', async () => {
    const browser = new Browser(serverWith({ defaultScope: ['write'] }))
    const { searchParams } = new URL(
      (
        await browser.open(
          '/authorize?client_id=web&response_type=code&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256',
        )
      ).headers.get('location') ?? '',
      'http://localhost:4000',
    )
    const interaction = searchParams.get('interaction') ?? ''
    const login = await browser.open('/login', { username: 'alice', password: 'alice', interaction })
    const consent = await browser.open(login.headers.get('location') ?? '')
    expect(await consent.text()).toContain('write')
  })

  it('gets what a function gives for its client', async () => {
    const defaultScope: AuthorizationServerOptions['defaultScope'] = ({ clientId }) => [
      clientId === 'web' ? 'write' : 'read',
    ]
    expect(await granted(serverWith({ defaultScope }), undefined)).toBe('write')
  })

  it('gets no more than its client may have, and than the server knows', async () => {
    expect(await granted(serverWith({ defaultScope: ['read', 'admin'] }), undefined)).toBe('read')
    expect(await granted(serverWith({ scopes: ['read'], defaultScope: () => ['read', 'write'] }), undefined)).toBe(
      'read',
    )
  })

  it('has no scope without a default, and a request with scope has no default', async () => {
    expect(await granted(serverWith({}), undefined)).toBeOneOf([undefined, ''])
    expect(await granted(serverWith({ defaultScope: ['read'] }), 'write')).toBe('write')
  })

  it('gets the default when it was pushed', async () => {
    const server = serverWith({ defaultScope: ['read'] }).register(pushedAuthorizationRequests())
    const form = {
      response_type: 'code',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }
    const { json } = await post(server, '/par', { ...form, redirect_uri: 'https://app.example/cb' }, WEB)
    const sent = { request_uri: String(json['request_uri']), response_type: undefined, redirect_uri: undefined }
    const rest = { scope: undefined, state: undefined, code_challenge: undefined, code_challenge_method: undefined }
    const code = await obtainCode(server, { ...sent, ...rest })
    expect((await redeem(server, code)).json['scope']).toBe('read')
  })

  it('of client_credentials gets all that the client may have, as before', async () => {
    const server = serverWith({ defaultScope: ['read'] })
    expect((await post(server, '/token', { grant_type: 'client_credentials' }, WEB)).json['scope']).toBe('read write')
  })
})

describe('a client that was registered without scope (RFC 7591 §2)', () => {
  it('is refused every scope without a default', async () => {
    expect(await granted(serverWith({}, NO_SCOPE), 'read')).toBe('invalid_scope')
  })

  it('may ask for the default scope of clients, also by refresh, and for no more', async () => {
    const server = serverWith({ defaultClientScope: ['read'] }, NO_SCOPE)
    const { json } = await redeem(server, await obtainCode(server, { scope: 'read' }))
    expect(json['scope']).toBe('read')
    expect((await refresh(server, json['refresh_token'])).json['scope']).toBe('read')
    expect(await granted(server, 'read write')).toBe('invalid_scope')
  })

  it('does not widen a client that has a scope', async () => {
    const server = serverWith({ defaultClientScope: ['admin'] })
    expect(await granted(server, 'admin')).toBe('invalid_scope')
  })
})

describe('a request for more than the client may have (RFC 6749 §3.3)', () => {
  it('is refused by default', async () => {
    expect(await granted(serverWith({}), 'read admin')).toBe('invalid_scope')
  })

  it('is narrowed with narrowScope, and the token response says to what', async () => {
    expect(await granted(serverWith({ narrowScope: true }), 'read admin')).toBe('read')
  })

  it('is refused with narrowScope when nothing is left', async () => {
    expect(await granted(serverWith({ narrowScope: true }), 'admin root')).toBe('invalid_scope')
  })

  it('is narrowed for client_credentials and devices too', async () => {
    const client = { ...WEB, grant_types: [...(WEB.grant_types ?? []), 'urn:ietf:params:oauth:grant-type:device_code'] }
    const server = serverWith({ narrowScope: true }, client).register(deviceAuthorizationGrant())
    const form = { grant_type: 'client_credentials', scope: 'write admin' }
    expect((await post(server, '/token', form, WEB)).json['scope']).toBe('write')
    expect((await post(server, '/token', { ...form, scope: 'admin' }, WEB)).json['error']).toBe('invalid_scope')
    expect((await post(server, '/device_authorization', { scope: 'write admin' }, WEB)).status).toBe(200)
    expect((await post(server, '/device_authorization', { scope: 'admin' }, WEB)).json['error']).toBe('invalid_scope')
  })

  it('stays refused at a refresh: narrowing is about the registration, not about what was granted', async () => {
    const server = serverWith({ narrowScope: true })
    const { json } = await redeem(server, await obtainCode(server, { scope: 'read' }))
    const answer = await refresh(server, json['refresh_token'], WEB, { scope: 'read write' })
    expect(answer.json['error']).toBe('invalid_scope')
  })
})

describe('scope options', () => {
  it.each<[string, Partial<AuthorizationServerOptions>]>([
    ['a string', { defaultScope: 'read write' as never }],
    ['several values in one', { defaultScope: ['read write'] }],
    ['an empty value', { defaultClientScope: [''] }],
    ['a value that is not in scopes', { scopes: ['read'], defaultScope: ['write'] }],
    ['a published string', { scopes: 'read' as never }],
  ])('are refused at construction with %s', (_what, options) => {
    expect(() => serverWith(options)).toThrow(/^(scopes|defaultScope|defaultClientScope) (is an array|has "write")/)
  })
})
