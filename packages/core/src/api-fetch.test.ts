import { describe, expect, it } from 'vitest'
import { apiFetch } from './api-fetch.ts'

const API = 'https://api.example'

function api(
  answers: Readonly<Record<string, [status: number, location: string]>> = {},
  resources?: readonly string[],
) {
  const sent: Request[] = []
  const call = apiFetch({
    apiBaseUrl: `${API}/v1`,
    resources,
    authenticate: (request) => {
      const headers = new Headers(request.headers)
      headers.set('authorization', 'secret')
      return new Request(request, { headers })
    },
    fetch: async (input, init) => {
      const request = new Request(input, init)
      sent.push(request)
      const [status, location] = answers[new URL(request.url).pathname] ?? []
      return new Response(null, { status: status ?? 200, ...(location !== undefined && { headers: { location } }) })
    },
  })
  return { call, sent }
}

describe('apiFetch', () => {
  it('sends the credential to the API and to origins that were named', async () => {
    const { call, sent } = api({}, ['https://upload.example'])
    await call('items')
    await call('https://upload.example/x')
    await expect(call('https://evil.example/')).rejects.toMatchObject({ code: 'foreign_origin' })
    expect(sent.map(({ url, headers }) => [url, headers.get('authorization')])).toEqual([
      ['https://api.example/v1/items', 'secret'],
      ['https://upload.example/x', 'secret'],
    ])
  })

  it('follows a redirect as the platform does: a POST becomes a GET without a body', async () => {
    const { call, sent } = api({ '/v1/a': [302, '/b'] })
    await call('a', { method: 'POST', body: 'x' })
    expect(sent[1]).toMatchObject({ method: 'GET', url: `${API}/b` })
    expect(sent[1]!.headers.get('content-type')).toBeNull()
    expect(sent[1]!.headers.get('authorization')).toBe('secret')
  })

  it('follows a redirect to another origin without the credential', async () => {
    const { call, sent } = api({ '/v1/a': [302, 'https://other.example/'] })
    await call('a', { headers: { authorization: 'planted' } })
    expect(sent[1]!.url).toBe('https://other.example/')
    expect(sent[1]!.headers.get('authorization')).toBeNull()
  })

  it('gives a redirect back to a caller who wants to see it, and ends a loop', async () => {
    const { call, sent } = api({ '/v1/a': [302, '/v1/a'] })
    expect((await call('a', { redirect: 'manual' })).status).toBe(302)
    await expect(call('a')).rejects.toMatchObject({ code: 'unexpected_redirect' })
    expect(sent).toHaveLength(7)
  })

  it('does not send a body a second time', async () => {
    const { call } = api({ '/v1/a': [307, '/b'] })
    await expect(call('a', { method: 'POST', body: 'x' })).rejects.toMatchObject({ code: 'unexpected_redirect' })
  })

  it('refuses an API that is neither https nor on this machine', () => {
    expect(() => apiFetch({ apiBaseUrl: 'http://api.example', authenticate: (request) => request })).toThrow(
      expect.objectContaining({ code: 'insecure_transport' }),
    )
  })
})
