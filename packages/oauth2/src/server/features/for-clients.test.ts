import { generateKey, signJwt } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  bareServer,
  Browser,
  ISSUER,
  manualClock,
  OTHER,
  post,
  redeem,
  WEB,
  type Answer,
} from '../../../test/journey.ts'
import type { Client } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import { on } from '../contract/moments.ts'
import { developmentPages } from '../interaction/development.ts'
import { staticClients } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { clientCredentialsGrant } from './client-credentials.ts'
import { codeChallenge } from './code-challenge.ts'
import { dpop } from './dpop.ts'
import { forClients } from './for-clients.ts'
import { introspectionAnswer } from './introspection.ts'
import { refreshTokenGrant } from './refresh-token.ts'

const isOther = ({ clientId }: Client): boolean => clientId === 'other'
const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

function start(...extensions: readonly Extension[]) {
  const clock = manualClock()
  const made = bareServer({ clock, clients: staticClients([WEB, OTHER]) })
  made.server
    .register(
      authorizationCodeGrant({ allowWithoutCodeChallenge: true }),
      clientCredentialsGrant(),
      refreshTokenGrant(),
    )
    .register(developmentPages({ users: [{ username: 'alice' }] }), ...extensions)
  return { ...made, clock }
}

describe('forClients', () => {
  it('runs each moment of the extension for those clients alone', async () => {
    const ran: string[] = []
    const note = (moment: string) => (): undefined => void ran.push(moment)
    const noting: Extension = {
      kind: 'extension',
      name: 'noting',
      authorizationResponse: note('authorizationResponse'),
      validateAuthorizationRequest: note('validateAuthorizationRequest'),
      demands: note('demands'),
      consents: note('consents'),
      authorizing: note('authorizing'),
      receiveClientRequest: note('receiveClientRequest'),
      validateTokenRequest: note('validateTokenRequest'),
      issuing: note('issuing'),
      tokenResponse: note('tokenResponse'),
      ending: note('ending'),
    }
    const { server } = start(forClients(isOther, noting))
    const journey = async (client: typeof WEB): Promise<void> => {
      const answer = await new Browser(server).authorize({ client_id: client.client_id })
      await redeem(server, answer.get('code') ?? '', { client })
      await server.authorizations.revoke({ clientId: client.client_id })
    }
    await journey(WEB)
    expect(ran).toEqual([])
    await journey(OTHER)
    expect([...new Set(ran)].sort()).toEqual(
      Object.keys(noting)
        .filter((name) => !['kind', 'name'].includes(name))
        .sort(),
    )
  })

  it('resolves requests of those clients alone', async () => {
    const resolved: string[] = []
    const resolving: Extension = {
      kind: 'extension',
      name: 'resolving',
      resolveRequestUri: (_uri, { client }) => void resolved.push(`uri of ${client.clientId}`),
      resolveRequestObject: (_jwt, { client }) => void resolved.push(`object of ${client.clientId}`),
    }
    const { server } = start(forClients(isOther, resolving))
    for (const client_id of ['web', 'other']) {
      for (const name of ['request_uri', 'request']) {
        await new Browser(server).open(authorizeUrl({ client_id, [name]: 'urn:x' }))
      }
    }
    expect(resolved).toEqual(['uri of other', 'object of other'])
  })

  it('demands DPoP of some, and binds nothing for others (RFC 9449 §5)', async () => {
    const { server, clock } = start(forClients(isOther, dpop({ required: true })))
    const ask = (client: typeof WEB): Promise<Answer> =>
      post(server, '/token', { grant_type: 'client_credentials' }, client)
    expect(errorOf(await ask(OTHER))).toEqual([400, 'invalid_request'])
    const plain = await ask(WEB)
    expect([plain.status, plain.json['token_type']]).toEqual([200, 'Bearer'])
    const key = await generateKey('ES256')
    const proof = await signJwt({ htm: 'POST', htu: `${ISSUER}/token`, iat: clock(), jti: '1' }, key, {
      lifetime: null,
      typ: 'dpop+jwt',
      header: { jwk: key.publicJwk() },
    })
    const { client_id: id, client_secret: secret = '' } = OTHER
    const headers = { dpop: proof, authorization: `Basic ${btoa(`${id}:${secret}`)}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const bound = await server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', headers, body }))
    expect([bound.status, await bound.json()]).toMatchObject([200, { token_type: 'DPoP' }])
    expect(server.metadata()).toHaveProperty('dpop_signing_alg_values_supported')
  })

  it('does not make a grant safe that needs the extension for everyone', () => {
    const { server } = bareServer()
    server.registerGrant(authorizationCodeGrant(), [forClients(isOther, codeChallenge())])
    expect(() => server.metadata()).toThrow(expect.objectContaining({ code: 'missing_extension' }) as Error)
  })

  it('takes several of one extension, by names of their own', () => {
    const some = (name?: string): Extension => forClients(isOther, codeChallenge(), { name })
    const { server } = start(some(), some('a second one'))
    expect(() => server.register(some())).toThrow(expect.objectContaining({ code: 'duplicate_registration' }) as Error)
  })

  it('refuses an extension that runs where no client is known', () => {
    const handlers = [on(introspectionAnswer, () => undefined)]
    const wrong = (): Extension => forClients(isOther, { kind: 'extension', name: 'x', handlers })
    expect(wrong).toThrow(expect.objectContaining({ code: 'misplaced_extension' }) as Error)
  })

  it('ends what a client had that is gone, whatever the predicate says', async () => {
    const ended: string[] = []
    const clients = new Map([[OTHER.client_id, await staticClients([OTHER]).find('other')]])
    const { server } = bareServer({ clients: { find: (id) => clients.get(id) ?? null } })
    const telling: Extension = { kind: 'extension', name: 'telling', ending: ({ id }) => void ended.push(id) }
    server.register(authorizationCodeGrant({ allowWithoutCodeChallenge: true })).register(
      developmentPages({ users: [{ username: 'alice' }] }),
      forClients(() => false, telling),
    )
    const answer = await new Browser(server).authorize({ client_id: 'other' })
    await redeem(server, answer.get('code') ?? '', { client: OTHER })
    clients.clear()
    expect(await server.authorizations.revoke({ clientId: 'other' })).toBe(1)
    expect(ended).toHaveLength(1)
  })
})
