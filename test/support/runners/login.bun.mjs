// Run by `bun test`: a whole login in a unit test.

import { expect, test } from 'bun:test'
import { OpenIDClient } from '@authlib/oidc/client'
import { fakeProvider } from '@authlib/testing'

const redirectUri = 'https://app.example/callback'

test('logs in', async () => {
  const provider = fakeProvider({ subject: 'bob' })
  const { issuer, clientId, clientSecret, fetch } = provider
  const client = new OpenIDClient({ issuer, clientId, clientSecret, fetch })
  const { url, login } = await client.createAuthorization({ redirectUri })
  const { claims } = await client.finishAuthorization(provider.approve(url), login)
  expect(claims.sub).toBe('bob')
})

test('hears that the person declined', async () => {
  const provider = fakeProvider()
  const { issuer, clientId, clientSecret, fetch } = provider
  const client = new OpenIDClient({ issuer, clientId, clientSecret, fetch })
  const { url, login } = await client.createAuthorization({ redirectUri })
  const callback = provider.approve(url, { code: undefined, error: 'access_denied' })
  await expect(client.finishAuthorization(callback, login)).rejects.toMatchObject({ code: 'access_denied' })
})
