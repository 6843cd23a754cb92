import { AuthlibError } from '@authlib/core'
import { JoseError } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import { invalidGrant } from '../errors.ts'
import { toOAuth2Error } from './to-oauth2-error.ts'

describe('what was thrown, as an answer', () => {
  it('stays what it is when OAuth has a word for it', () => {
    const error = invalidGrant('the code was used')
    expect(toOAuth2Error(error)).toBe(error)
  })

  it.each([
    ['payload_too_large', 413],
    ['unsupported_media_type', 415],
    ['invalid_json', 400],
    ['request_aborted', 400],
  ] as const)('tells the client about its request: %s', (code, status) => {
    const error = toOAuth2Error(new AuthlibError(code, 'The request is wrong', { status }))
    expect(error).toMatchObject({ code: 'invalid_request', status, description: 'The request is wrong' })
  })

  it('is 503 when the store cannot answer', () => {
    const error = toOAuth2Error(new AuthlibError('store_unavailable', 'The store is away', { status: 503 }))
    expect(error).toMatchObject({ code: 'temporarily_unavailable', status: 503, description: '' })
  })

  it('never blames the client for a fault of the server, whatever status the error has', () => {
    const cause = new JoseError('invalid_key', 'The key is invalid')
    expect(cause.status).toBe(400)
    expect(toOAuth2Error(cause)).toMatchObject({ code: 'server_error', status: 500, description: '', cause })
  })
})
