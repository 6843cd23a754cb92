import { fromRequest, redirectResponse, type HttpResponse } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { initiatedLogin, type InitiatedLogin } from './index.ts'

const iss = 'https://as.example'

async function initiate(query: Record<string, string> | string, init: RequestInit = {}) {
  const begun: InitiatedLogin[] = []
  const mountable = initiatedLogin({
    path: '/initiate',
    url: 'https://app.example',
    issuer: [iss, 'https://login.example/{tid}'],
    onLogin(login) {
      begun.push(login)
      return redirectResponse(`/login/example?return_to=${encodeURIComponent(login.returnTo)}`)
    },
  })
  const search = new URLSearchParams(query).toString()
  const posted = init.method === 'POST' && { body: new URLSearchParams(query) }
  const url = `https://app.example/initiate${init.method === 'POST' ? '' : `?${search}`}`
  const response: HttpResponse = await mountable.handle(fromRequest(new Request(url, { ...init, ...posted })))
  return { begun, response }
}

describe('a login that a third party initiates (OpenID Connect Core §4)', () => {
  it.each(['GET', 'POST'])('begins for a provider of this site, by %s', async (method) => {
    const query = { iss, login_hint: 'alice', target_link_uri: 'https://app.example/notes?a=1#b', other: 'x' }
    const { begun, response } = await initiate(query, { method })
    expect(begun).toEqual([{ issuer: iss, returnTo: '/notes?a=1', loginHint: 'alice' }])
    expect(response.headers).toContainEqual(['location', '/login/example?return_to=%2Fnotes%3Fa%3D1'])
  })

  it('needs no hint and no aim', async () => {
    expect((await initiate({ iss })).begun).toEqual([{ issuer: iss, returnTo: '/', loginHint: undefined }])
  })

  it.each([
    '',
    'iss=',
    'iss=https://evil.example',
    'iss=https://as.example/',
    'iss=https://as.example&iss=https://evil.example',
    'iss=https://login.example/a/b',
  ])('is refused for an issuer that is none of this site: %j (R15)', async (query) => {
    const { begun, response } = await initiate(query)
    expect(response.status).toBe(400)
    expect(begun).toEqual([])
  })

  it.each([
    'https://evil.example/',
    'https://app.example.evil.example/',
    'http://app.example/',
    'https://app.example:8443/',
    'https://user@app.example/',
    '//evil.example',
    '/\\evil.example',
    '/notes',
    'https://app.example//evil.example',
    'https://app.example/\\evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
  ])('is refused when it aims elsewhere: %j (R15)', async (target) => {
    const { begun, response } = await initiate({ iss, target_link_uri: target })
    expect(response.status).toBe(400)
    expect(response.body).not.toContain('evil')
    expect(begun).toEqual([])
  })

  it.each(['iframe', 'frame', 'embed', 'object', 'image'])('is refused in a page of others: %s (R15)', async (dest) => {
    const { begun, response } = await initiate({ iss }, { headers: { 'sec-fetch-dest': dest } })
    expect(response.status).toBe(400)
    expect(begun).toEqual([])
  })

  it('is a GET or a POST', async () => {
    const { response } = await initiate({ iss }, { method: 'PUT' })
    expect(response).toMatchObject({ status: 405 })
    expect(response.headers).toContainEqual(['allow', 'GET, POST'])
  })
})
