/** An API that verifies the token of every request: `verify.ts <who> <public JWK>`. */

import type { IncomingMessage } from 'node:http'
import { cachedVerifier, exportPublicPem, importKey, type Jwk, type Key, verifyJwt } from '@authlib/jose'
import { createVerifier } from 'fast-jwt'
import * as jose from 'jose'
import { serve } from '../server.ts'
import { audience, issuer } from '../../token.ts'

const [, , who = '', jwk = ''] = process.argv
const key = await importKey(JSON.parse(jwk) as Jwk)
const { alg = '' } = key
const policy = { issuer, audience, algorithms: [alg] }
const verify = await verifier(who, key)

await serve(() => (request, response) => {
  verify(tokenOf(request)).then(
    () => response.end('ok'),
    () => response.writeHead(401).end(),
  )
})

async function verifier(name: string, own: Key): Promise<(token: string) => Promise<unknown>> {
  switch (name) {
    case 'authlib':
      return (token) => verifyJwt(token, own, policy)
    case 'authlib with a cache': {
      const cached = cachedVerifier(own, policy)
      return (token) => cached.verify(token)
    }
    case 'fast-jwt': {
      const algorithms = [alg as 'ES256']
      const check = createVerifier({ key: exportPublicPem(own), algorithms, allowedIss: issuer, allowedAud: audience })
      return async (token) => check(token) as unknown
    }
    case 'jose': {
      const theirs = await jose.importJWK({ ...own.publicJwk() } as jose.JWK, alg)
      return (token) => jose.jwtVerify(token, theirs, policy)
    }
    default:
      return async () => undefined // the floor: no token is looked at
  }
}

function tokenOf(request: IncomingMessage): string {
  return request.headers.authorization?.slice('Bearer '.length) ?? ''
}
