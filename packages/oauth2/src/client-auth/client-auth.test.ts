import { systemClock, systemRandom } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { clientSecret, clientSecretBasic, clientSecretPost, none } from '../client/index.ts'
import type { ClientAuth } from './client-auth.ts'

const authenticate = (auth: ClientAuth, clientId = 'client', methods?: string[]): unknown =>
  auth({
    clientId,
    url: 'https://as.example/token',
    metadata: {},
    methods,
    clock: systemClock,
    random: systemRandom,
  })

const basic = (credentials: string): unknown => ({
  headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
})

describe('client authentication', () => {
  it('puts id and secret into the header, each form-encoded (D-17, RFC 6749 §2.3.1)', () => {
    expect(authenticate(clientSecretBasic('secret'))).toEqual(basic('client:secret'))
    expect(authenticate(clientSecretBasic('p:ä/ss w%rd+'), 'https://app.example/id')).toEqual(
      basic('https%3A%2F%2Fapp.example%2Fid:p%3A%C3%A4%2Fss%20w%25rd%2B'),
    )
  })

  it('puts them there raw for servers that do not decode (D-17)', () => {
    expect(authenticate(clientSecretBasic('p:ä/s', { raw: true }), 'a/b')).toEqual(basic('a/b:p:ä/s'))
  })

  it('puts them into the body where asked to (RFC 6749 §2.3.1)', () => {
    expect(authenticate(clientSecretPost('secret'))).toEqual({
      params: { client_id: 'client', client_secret: 'secret' },
    })
  })

  it('of a public client is its id alone (RFC 6749 §3.2.1)', () => {
    expect(authenticate(none())).toEqual({ params: { client_id: 'client' } })
  })

  it('with a secret goes where the server takes it, in the header by default (RFC 8414 §2)', () => {
    const auth = clientSecret('secret')
    expect(authenticate(auth)).toEqual(basic('client:secret'))
    expect(authenticate(auth, 'client', ['client_secret_post', 'client_secret_basic'])).toEqual(basic('client:secret'))
    expect(authenticate(auth, 'client', ['client_secret_post'])).toHaveProperty('params')
    expect(() => authenticate(auth, 'client', ['private_key_jwt'])).toThrow(
      expect.objectContaining({ code: 'unsupported_client_auth' }),
    )
  })
})
