/** The two libraries of npm for OAuth 1, as clients of our server and as measure of our signatures. */

import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import {
  hmacSha1,
  hmacSha256,
  hmacSha512,
  parseOAuthHeader,
  rsaSha1,
  signRequest,
  type SignatureMethod,
} from '@authlib/oauth1'
import type { TestServer } from '@authlib/testing'
import oauthLibrary from 'oauth'
import OAuth10a from 'oauth-1.0a'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOAuth1Provider } from '../support/oauth1-provider.ts'

const CALLBACK = 'https://app.example/cb?keep=%C3%BC'
const SECRET = 's & ü'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
const publicKey = pair.publicKey.export({ format: 'pem', type: 'spki' }) as string

let provider: TestServer
beforeAll(async () => {
  const redirectUris = [CALLBACK]
  provider = await startOAuth1Provider({
    clients: [
      { clientId: 'shared', clientSecret: SECRET, redirectUris },
      { clientId: 'plain', clientSecret: SECRET, redirectUris, signatureMethods: ['PLAINTEXT'] },
      { clientId: 'rsa', publicKey, redirectUris },
    ],
  })
})
afterAll(() => provider.stop())

async function verifierOf(token: string): Promise<string> {
  const page = await fetch(`${provider.url}/authorize?oauth_token=${token}`, { redirect: 'manual' })
  return new URL(page.headers.get('location') ?? '').searchParams.get('oauth_verifier') ?? ''
}

describe('oauth as a client of our server', () => {
  it.each([
    ['HMAC-SHA1', 'shared', SECRET],
    ['HMAC-SHA256', 'shared', SECRET],
    ['PLAINTEXT', 'plain', SECRET],
    ['RSA-SHA1', 'rsa', privateKey],
  ])('does the whole journey with %s', async (method, clientId, secret) => {
    const { url } = provider
    const client = new oauthLibrary.OAuth(
      `${url}/oauth1/initiate`,
      `${url}/oauth1/token`,
      clientId,
      secret,
      '1.0',
      CALLBACK,
      method,
    )
    const [token, tokenSecret] = await called((done) => client.getOAuthRequestToken(done))
    const verifier = await verifierOf(token)
    const [access, accessSecret] = await called((done) =>
      client.getOAuthAccessToken(token, tokenSecret, verifier, done),
    )
    const [text] = await called((done) => client.get(`${url}/who?a=1&%C3%BC=%20`, access, accessSecret, done))
    expect(JSON.parse(text)).toMatchObject({ clientId, subject: 'ann' })
    const form = { b: 'x y', c: '&=ü!' }
    const [posted] = await called((done) => client.post(`${url}/who`, access, accessSecret, form, undefined, done))
    expect(JSON.parse(posted)).toMatchObject({ clientId, subject: 'ann' })
  })
})

describe('oauth-1.0a as a client of our server, and with our signatures', () => {
  const hmac = (hash: string) => (text: string, key: string) => createHmac(hash, key).update(text).digest('base64')
  const cases: [string, SignatureMethod | undefined, string, (text: string, key: string) => string][] = [
    ['HMAC-SHA1', hmacSha1, 'shared', hmac('sha1')],
    ['HMAC-SHA256', hmacSha256, 'shared', hmac('sha256')],
    ['HMAC-SHA512', hmacSha512, 'shared', hmac('sha512')],
    ['RSA-SHA1', rsaSha1, 'rsa', (text) => createSign('sha1').update(text).sign(privateKey, 'base64')],
    ['PLAINTEXT', undefined, 'plain', (_, key) => key],
  ]

  it.each(cases)('does the whole journey with %s', async (name, _method, clientId, hash_function) => {
    const signer = new OAuth10a({
      consumer: { key: clientId, secret: clientId === 'rsa' ? '' : SECRET },
      signature_method: name,
      hash_function,
    })
    const ask = async (path: string, data: Record<string, string>, token?: OAuth10a.Token, form = false) => {
      const request = { url: provider.url + path, method: 'POST', data }
      const signed = signer.authorize(request, token)
      const response = await fetch(request.url, {
        method: 'POST',
        headers: form ? {} : { ...signer.toHeader(signed) },
        ...(form && {
          body: new URLSearchParams(Object.entries({ ...data, ...signed }).map(([key, value]) => [key, String(value)])),
        }),
      })
      const text = await response.text()
      expect(response.status, text).toBe(200)
      return text
    }
    const tokenOf = (text: string): OAuth10a.Token => {
      const values = new URLSearchParams(text)
      return { key: values.get('oauth_token') ?? '', secret: values.get('oauth_token_secret') ?? '' }
    }
    const temporary = tokenOf(await ask('/oauth1/initiate', { oauth_callback: CALLBACK }))
    const access = tokenOf(await ask('/oauth1/token', { oauth_verifier: await verifierOf(temporary.key) }, temporary))
    expect(JSON.parse(await ask('/who?a=1', {}, access))).toMatchObject({ clientId, subject: 'ann' })
    expect(JSON.parse(await ask('/who', { b: 'x y', c: '&=ü!' }, access, true))).toMatchObject({ subject: 'ann' })
  })

  it.each(cases.filter(([, method]) => method !== undefined))(
    'makes the same %s signature',
    async (name, method, clientId, hash_function) => {
      const signer = new OAuth10a({
        consumer: { key: clientId, secret: SECRET },
        signature_method: name,
        hash_function,
      })
      const url = 'https://API.example:443/a%20b/%7E?z=1&a=2&e=&u=%C3%BC%20' // it loses repeated parameters, and does not decode names
      const token = { token: 't & ü', tokenSecret: 'ts+' }
      const { authorization = '' } = await signRequest(
        { method: 'post', url: new URL(url), form: new URLSearchParams([['b', "!*'()"]]) },
        { clientId, clientSecret: SECRET, privateKey, token, signatureMethod: method },
      )
      const { oauth_signature: signature = '', ...ours } = Object.fromEntries(
        parseOAuthHeader(authorization)?.pairs ?? [],
      )
      const data = { ...ours, b: "!*'()" }
      const theirs = signer.getSignature(
        { url: new URL(url).href, method: 'POST', data },
        token.tokenSecret,
        {} as OAuth10a.Data,
      )
      expect(signature).toBe(theirs)
    },
  )
})

/** The first two results that a callback of `oauth` is given, or its error. */
function called(
  start: (done: (error: unknown, first?: unknown, second?: unknown) => void) => unknown,
): Promise<[string, string]> {
  return new Promise((resolve, reject) => {
    start((error, first, second) => {
      if (error) reject(new Error(JSON.stringify(error)))
      else resolve([String(first), String(second)])
    })
  })
}
