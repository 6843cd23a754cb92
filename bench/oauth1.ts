/** Signing and verifying OAuth 1 requests, against the two libraries of npm. `node --conditions=@authlib/source bench/oauth1.ts` */

import { createHmac } from 'node:crypto'
import type { HttpRequest } from '@authlib/core'
import { hmacSha1, signRequest } from '@authlib/oauth1'
import oauthLibrary from 'oauth'
import OAuth10a from 'oauth-1.0a'
import { readSignedRequest } from '../packages/oauth1/src/server/signed-request.ts'
import { compare, formatTable } from './compare.ts'

const url = 'https://api.example/1.1/statuses/update.json?include_entities=true&status=Hello%20Ladies%20%2B%20Gentlemen'
const client = { clientId: 'xvz1evFS4wEEPTGEFPHBog', clientSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw' }
const token = {
  token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
  tokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
}

const signer = new OAuth10a({
  consumer: { key: client.clientId, secret: client.clientSecret },
  signature_method: 'HMAC-SHA1',
  hash_function: (text, key) => createHmac('sha1', key).update(text).digest('base64'),
})
const library = new oauthLibrary.OAuth('', '', client.clientId, client.clientSecret, '1.0', null, 'HMAC-SHA1')
const theirToken = { key: token.token, secret: token.tokenSecret }

const signing = await compare([
  ['ours', () => signRequest({ method: 'POST', url }, { ...client, token })],
  ['oauth-1.0a', () => signer.toHeader(signer.authorize({ method: 'POST', url }, theirToken))],
  ['oauth', () => library.authHeader(url, token.token, token.tokenSecret, 'POST')],
])
console.log(formatTable('Sign a request, HMAC-SHA1', signing))

const { authorization = '' } = await signRequest({ method: 'POST', url }, { ...client, token })
const secrets = { clientSecret: client.clientSecret, tokenSecret: token.tokenSecret }
const { origin } = new URL(url)
const http: HttpRequest = {
  method: 'POST',
  url: url.slice(origin.length),
  headers: { get: (name) => (name === 'authorization' ? authorization : null) },
  text: async () => '',
}

/** What our server does before it looks anything up, and the signature. */
async function verify(): Promise<boolean> {
  const { params, baseString } = await readSignedRequest(http, origin)
  return hmacSha1.verify(baseString, params.get('oauth_signature') ?? '', secrets)
}

/** The library has no reader of headers, so it gets the shortest one that does: ours also notices repeated parameters. */
function verifyWithOAuth10a(): boolean {
  const data: Record<string, string> = {}
  for (const parameter of authorization.slice('OAuth '.length).split(/,\s*/)) {
    const [, name = '', value = ''] = /^([^=]+)="([^"]*)"$/.exec(parameter) ?? []
    data[decodeURIComponent(name)] = decodeURIComponent(value)
  }
  const { oauth_signature: signature, ...others } = data
  return (
    signer.getSignature({ method: 'POST', url, data: others }, token.tokenSecret, {} as OAuth10a.Data) === signature
  )
}

if (!(await verify()) || !verifyWithOAuth10a()) throw new Error('the signature is not valid')
const verifying = await compare([
  ['ours', verify],
  ['oauth-1.0a, with a reader of headers', verifyWithOAuth10a],
])
console.log(formatTable('Verify a request as it came, HMAC-SHA1', verifying))
