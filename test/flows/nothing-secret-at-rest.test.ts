import { memoryStore, type Store } from '@authlib/core'
import { expect, it } from 'vitest'
import {
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
