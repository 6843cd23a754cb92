import { describe, expect, it } from 'vitest'
import { authorizeUrl, fullServer, manualClock, post, WEB } from '../../../test/journey.ts'

describe('errorUris (AC-10, RFC 6749 §4.1.2.1, §5.2)', () => {
  const errorUris = {
    invalid_scope: 'https://docs.example/errors#scope',
    invalid_client: 'https://docs.example/client',
  }

  it('are in the answers to clients and in the redirects', async () => {
    const { server } = fullServer({ errorUris })
    const answer = await post(server, '/token', { grant_type: 'client_credentials', scope: 'admin' }, WEB)
    expect(answer.json).toMatchObject({ error: 'invalid_scope', error_uri: errorUris.invalid_scope })
    const wrong = { ...WEB, client_secret: 'wrong' }
    const refused = await post(server, '/token', { grant_type: 'client_credentials' }, wrong)
    expect(refused.json).toMatchObject({ error: 'invalid_client', error_uri: errorUris.invalid_client })
    const { headers } = await server.fetch(new Request(authorizeUrl({ scope: 'admin' })))
    const sent = new URL(headers.get('location')!).searchParams
    expect([sent.get('error'), sent.get('error_uri')]).toEqual(['invalid_scope', errorUris.invalid_scope])
  })

  it('are left out for codes that have none, and without the option', async () => {
    for (const options of [{ errorUris }, {}]) {
      const answer = await post(fullServer(options).server, '/token', { grant_type: 'constructor' }, WEB)
      expect(answer.json).toHaveProperty('error', 'unsupported_grant_type')
      expect(answer.json).not.toHaveProperty('error_uri')
    }
  })

  it.each(['/errors/scope', 'docs.example', 'https://docs.example/"', ''])('refuse %j at the start', (uri) => {
    expect(() => fullServer({ errorUris: { invalid_scope: uri } })).toThrow(TypeError)
  })
})

describe('accessTokenLifetime', () => {
  it.each([
    [undefined, 3600],
    [60, 60],
  ])('%s is what clients are told, and what holds', async (accessTokenLifetime, seconds) => {
    const clock = manualClock()
    const { server } = fullServer({ clock, accessTokenLifetime })
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(json['expires_in']).toBe(seconds)
    clock.advance(seconds - 1)
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
    clock.advance(1)
    expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })
})
