import { memoryStore } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { bareServer, Browser, fullServer, post, redeem, refresh, WEB, type Answer } from '../../../test/journey.ts'
import { CIBA } from '../features/backchannel-record.ts'
import { backchannelAuthenticationGrant } from '../features/backchannel-authentication.ts'
import { DEVICE_CODE, deviceAuthorizationGrant } from '../features/device-authorization.ts'
import { staticClients } from './clients.ts'
import { issueInitialAccessToken } from './initial-access-token.ts'
import { authorizationIdOf } from './token-text.ts'

/** What a scanner is told. */
const LEAKED = /^acme_(?:at|rt|ac|dc|ar|ia|ra|secret)_[\w~.-]{43,}$/

describe('the prefix of codes, tokens and secrets', () => {
  it('is on everything that must not leak', async () => {
    const client = { ...WEB, grant_types: [...(WEB.grant_types ?? []), DEVICE_CODE, CIBA] }
    const { server } = fullServer({ tokenPrefix: 'acme', clients: staticClients([client]) })
    server.register(
      deviceAuthorizationGrant(),
      backchannelAuthenticationGrant({ findSubject: () => 'alice', notify: () => undefined }),
    )
    const code = (await new Browser(server).authorize()).get('code')
    const first = await redeem(server, code ?? '')
    const second = await refresh(server, first.json['refresh_token'])
    const device = await post(server, '/device_authorization', {}, client)
    const asked = await post(server, '/bc-authorize', { login_hint: 'alice', scope: 'read' }, client)
    const secrets = [
      ...[code, await issueInitialAccessToken(server), device.json['device_code'], asked.json['auth_req_id']],
      ...[first, second].flatMap(({ json }) => [json['access_token'], json['refresh_token']]),
    ]
    for (const secret of secrets) expect(secret).toMatch(LEAKED)
    expect(await server.tokens.find(String(second.json['access_token']))).not.toBeNull()
  })

  it('may come, change and go: what was issued before stays valid', async () => {
    const store = memoryStore()
    let token: unknown
    const use = (tokenPrefix: string | undefined): Promise<Answer> => {
      const { server } = fullServer({ store, tokenPrefix })
      return refresh(server, token)
    }
    const { server } = fullServer({ store })
    token = (await redeem(server, (await new Browser(server).authorize()).get('code') ?? '')).json['refresh_token']
    for (const prefix of ['acme', 'other', undefined]) {
      const { status, json } = await use(prefix)
      expect(status).toBe(200)
      token = json['refresh_token']
      expect(String(token).startsWith(`${prefix === undefined ? '' : `${prefix}_`}rt_`)).toBe(true)
    }
  })

  it('is a part of the token: none can be swapped', async () => {
    const { server } = fullServer({ tokenPrefix: 'acme' })
    const { json } = await redeem(server, (await new Browser(server).authorize()).get('code') ?? '')
    for (const name of ['access_token', 'refresh_token']) {
      const text = String(json[name])
      expect(await server.tokens.find(text)).not.toBeNull()
      for (const changed of [text.replace('acme_', ''), text.replace('acme', 'other')]) {
        expect(await server.tokens.find(changed)).toBeNull()
      }
    }
  })

  it.each(['', 'Acme', 'a-b', '1a', 'a'.repeat(17), 'acme_'])('is not %j', (tokenPrefix) => {
    expect(() => bareServer({ tokenPrefix })).toThrow(TypeError)
  })
})

it('names an authorization of at most eight ancestors', () => {
  const id = 'A'.repeat(22)
  expect(authorizationIdOf('at', `at_${id}.x`)).toBe(id)
  expect(authorizationIdOf('at', `acme_at_${id}.x`)).toBe(id)
  expect(authorizationIdOf('at', `at_${id}${`~${'B'.repeat(12)}`.repeat(8)}.x`)).toContain('~')
  const others = [
    ...['', `rt_${id}.x`, `at_${id}`, `at_${id.slice(1)}.x`, `at_${id}.${'x'.repeat(512)}`, `at_at_at_${id}.x`],
    `at_${id}${`~${'B'.repeat(12)}`.repeat(9)}.x`,
  ]
  for (const text of others) expect(authorizationIdOf('at', text)).toBeNull()
})
