// Run by `node --test`: a whole login in a unit test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OpenIDClient } from '@authlib/oidc/client'
import { fakeProvider } from '@authlib/testing'

const redirectUri = 'https://app.example/callback'

void test('logs in', async () => {
  const provider = fakeProvider({ subject: 'bob' })
  const { issuer, clientId, clientSecret, fetch } = provider
  const client = new OpenIDClient({ issuer, clientId, clientSecret, fetch })
  const { url, login } = await client.createAuthorization({ redirectUri })
  const { claims } = await client.finishAuthorization(provider.approve(url), login)
  assert.equal(claims.sub, 'bob')
})

void test('hears that the person declined', async () => {
  const provider = fakeProvider()
  const { issuer, clientId, clientSecret, fetch } = provider
  const client = new OpenIDClient({ issuer, clientId, clientSecret, fetch })
  const { url, login } = await client.createAuthorization({ redirectUri })
  const callback = provider.approve(url, { code: undefined, error: 'access_denied' })
  await assert.rejects(client.finishAuthorization(callback, login), { code: 'access_denied' })
})
