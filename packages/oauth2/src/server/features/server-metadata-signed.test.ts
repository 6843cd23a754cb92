import { generateKey, staticKeys } from '@authlib/jose'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { describe, expect, it } from 'vitest'
import { fullServer, ISSUER, manualClock } from '../../../test/journey.ts'
import { signedMetadata } from './server-metadata-signed.ts'

const keys = staticKeys([await generateKey('ES256'), await generateKey('RS256')])
const URL = `${ISSUER}/.well-known/oauth-authorization-server`

describe('signed metadata (RFC 8414 §2.1)', () => {
  it('says what the document says, and who says it', async () => {
    const clock = manualClock(Math.floor(Date.now() / 1000))
    const { server } = fullServer({ keys, clock })
    server.register(signedMetadata({ algorithm: 'RS256' }))
    const read = async (): Promise<Record<string, unknown>> =>
      (await (await server.fetch(new Request(URL))).json()) as Record<string, unknown>
    const { signed_metadata: signed, ...plain } = await read()
    const jwks = await (await server.fetch(new Request(String(plain['jwks_uri'])))).json()
    const verified = await jwtVerify(String(signed), createLocalJWKSet(jwks as JSONWebKeySet), { issuer: ISSUER })
    const { iss, iat, ...claims } = verified.payload
    expect(claims).toEqual(plain)
    expect([iss, iat, verified.protectedHeader.alg]).toEqual([ISSUER, clock(), 'RS256'])
    expect((await read())['signed_metadata']).toBe(signed) // not signed for each request
    clock.advance(301)
    expect((await read())['signed_metadata']).not.toBe(signed)
  })

  it('is absent by default', async () => {
    const { server } = fullServer({ keys })
    expect(await (await server.fetch(new Request(URL))).json()).not.toHaveProperty('signed_metadata')
  })
})
