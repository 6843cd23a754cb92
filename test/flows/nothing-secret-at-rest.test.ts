import { memoryStore, type Store } from '@authlib/core'
import {
  backchannelAuthenticationGrant,
  CIBA,
  clientSecretPost,
  DEVICE_CODE,
  deviceAuthorizationGrant,
  pushedAuthorizationRequests,
  staticClients,
} from '@authlib/oauth2/server'
import { expect, it } from 'vitest'
import {
  authorizeUrl,
  Browser,
  fullServer,
  post,
  redeem,
  refresh,
  SECRET,
  VERIFIER,
  WEB,
} from '../../packages/oauth2/test/journey.ts'

it('keeps no code, token or secret in the store after a whole journey (G20)', async () => {
  const inner = memoryStore()
  let written = ''
  const store: Store = {
    ...inner,
    commit(batch) {
      written += JSON.stringify(batch)
      return inner.commit(batch)
    },
  }
  const { server } = fullServer({ store })
  const browser = new Browser(server)
  const code = (await browser.authorize()).get('code') ?? ''
  const first = await redeem(server, code)
  const second = await refresh(server, first.json['refresh_token'])
  const own = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
  const secrets = [
    code,
    VERIFIER,
    SECRET,
    WEB.client_secret ?? '',
    ...[first, second, own]
      .flatMap(({ json }) => [json['access_token'], json['refresh_token']])
      .filter((token) => token !== undefined),
    ...browser.cookies.values(),
  ].map(String)
  expect(secrets.length).toBeGreaterThanOrEqual(10)
  expect(written).toContain('alice')
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20)
    expect(written).not.toContain(secret)
    const random = secret.split('.').find((part) => part.length >= 40) // nor the secret part of one
    if (random !== undefined) expect(written).not.toContain(random)
  }
})

it('keeps no credentials of a client whose request waits for a person (G20)', async () => {
  const inner = memoryStore()
  let written = ''
  const store: Store = {
    ...inner,
    commit(batch) {
      written += JSON.stringify(batch)
      return inner.commit(batch)
    },
  }
  const client = {
    ...WEB,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', DEVICE_CODE, CIBA],
    backchannel_token_delivery_mode: 'poll',
  }
  const { server } = fullServer({ store, clients: staticClients([client]) })
  server
    .register(clientSecretPost, deviceAuthorizationGrant(), pushedAuthorizationRequests())
    .register(backchannelAuthenticationGrant({ findSubject: () => 'alice', notify: () => undefined }))
  const { client_secret = '' } = client
  const credentials = { client_id: 'web', client_secret, scope: 'read' }
  const device = await post(server, '/device_authorization', credentials)
  const asked = await post(server, '/bc-authorize', { ...credentials, login_hint: 'alice' })
  const request = Object.fromEntries(new URL(authorizeUrl()).searchParams)
  const pushed = await post(server, '/par', { ...request, ...credentials })
  expect([device, asked, pushed].map(({ status }) => status)).toEqual([200, 200, 201])
  const secrets = [device.json['device_code'], asked.json['auth_req_id'], pushed.json['request_uri'], client_secret]
  for (const secret of secrets.map(String)) {
    expect(secret.length).toBeGreaterThan(20)
    expect(written).not.toContain(secret)
  }
})
