import { describe, expect, it } from 'vitest'
import { errorResponse, invalidClient, invalidGrant, OAuth2Error, temporarilyUnavailable } from './errors.ts'

describe('OAuth2Error (RFC 6749 §5.2)', () => {
  it('is answered with its code and description, never cached (AC-09)', () => {
    const { status, headers, body } = errorResponse(invalidGrant('the code has expired', { reason: 'internal' }))
    expect(status).toBe(400)
    expect(JSON.parse(body)).toEqual({ error: 'invalid_grant', error_description: 'the code has expired' })
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
    })
    expect(body).not.toContain('internal')
  })

  it.each(['quote "', 'backslash \\', 'umlaut ü', 'line\nbreak', 'null \0', 'delete \x7f'])(
    'refuses the description %j: only some of ASCII may be sent (AC-11)',
    (description) => {
      expect(() => new OAuth2Error('invalid_request', description)).toThrow(TypeError)
    },
  )

  it.each([
    [invalidClient(), 401],
    [temporarilyUnavailable(), 503],
    [invalidGrant(), 400],
  ])('%s has the right status', (error, status) => {
    expect(error.status).toBe(status)
    expect(error.toParams()).toEqual({ error: error.code })
  })

  it('challenges when the client is not known (§5.2)', () => {
    expect(invalidClient().headers[0]?.[0]).toBe('www-authenticate')
  })
})
