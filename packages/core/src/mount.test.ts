import { describe, expect, it, vi } from 'vitest'
import {
  AuthlibError,
  fromRequest,
  jsonResponse,
  type HttpRequest,
  type HttpResponse,
  type Mountable,
  type Protector,
} from './index.ts'
import { admit, createDispatch, errorResponse } from './mount.ts'

const request = (path: string) => fromRequest(new Request(`https://as.example${path}`))

describe('createDispatch', () => {
  it('hands a request to the mountable that has its path, and to no one else', async () => {
    const dispatch = createDispatch([answering('one', '/a', '/b'), answering('two', '/c')], { onError: fail })
    expect(await dispatch(request('/b?x=1'))).toMatchObject({ body: '"one"' })
    expect(await dispatch(request('/c'))).toMatchObject({ body: '"two"' })
    for (const path of ['/', '/d', '/a/', '/A', '/%61', '/constructor']) expect(dispatch(request(path))).toBeNull()
  })

  it('says once that it is mounted below a path that its own paths lack', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const dispatch = createDispatch(answering('server', '/token'))
    expect(dispatch(request('/auth/other'), '/other')).toBeNull() // not ours
    expect(dispatch(request('/auth/token'))).toBeNull() // not mounted below a path
    expect(warn).not.toHaveBeenCalled()
    for (let i = 0; i < 2; i++) expect(dispatch(request('/auth/token'), '/token')).toBeNull()
    expect(warn.mock.calls).toEqual([
      [
        'authlib: /auth/token is not found: this is mounted below /auth, and its path is /token. End the issuer with /auth, or mount at the root.',
      ],
    ])
    warn.mockRestore()
  })

  it('finds paths that were registered after the mounting', async () => {
    const routes: { path: string; methods: string[] }[] = []
    const dispatch = createDispatch({ ...answering('late'), routes })
    routes.push({ path: '/late', methods: ['GET'] })
    expect(await dispatch(request('/late'))).toMatchObject({ status: 200 })
  })

  it('takes any last segment where a path ends with /:id, after exact paths', async () => {
    const dispatch = createDispatch([answering('one', '/a/:id'), answering('two', '/a/list')], { onError: fail })
    expect(await dispatch(request('/a/17?x=1'))).toMatchObject({ body: '"one"' })
    expect(await dispatch(request('/a/list'))).toMatchObject({ body: '"two"' })
    for (const path of ['/a', '/a/', '/a/1/2', '/b/1']) expect(dispatch(request(path))).toBeNull()
  })

  it('lets one mountable name a path several times, and refuses it of two', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    expect(await createDispatch(answering('one', '/a', '/a'), { onError })(request('/a'))).toMatchObject({
      status: 200,
    })
    const dispatch = createDispatch([answering('one', '/a'), answering('two', '/a')], { onError })
    expect(await dispatch(request('/a'))).toMatchObject({ status: 500 })
    expect(errors).toEqual([expect.objectContaining({ code: 'duplicate_path' })])
  })

  it('reports what breaks, and not what a client does wrong', async () => {
    const errors: unknown[] = []
    const dispatch = createDispatch(
      [
        throwing('/late', new AuthlibError('payload_too_large', 'Too large', { status: 413, reason: 'secret' })),
        throwing('/down', new AuthlibError('temporarily_unavailable', 'Try later', { status: 503, hint: 'secret' })),
        throwing('/crash', new Error('secret')),
      ],
      { onError: (error) => errors.push(error) },
    )
    const answers = [
      await dispatch(request('/late')),
      await dispatch(request('/down')),
      await dispatch(request('/crash')),
    ]
    expect(answers.map((answer) => answer?.status)).toEqual([413, 503, 500])
    expect(JSON.stringify(answers)).not.toContain('secret')
    expect(errors).toEqual([
      expect.objectContaining({ code: 'temporarily_unavailable' }),
      expect.objectContaining({ message: 'secret' }),
    ])
  })
})

describe('createDispatch with a response that HTTP cannot carry', () => {
  it.each([
    ['a line break in a value', { headers: [['x-a', 'a\r\nx-b: c']] }],
    ['a NUL in a value', { headers: [['x-a', 'a\0']] }],
    ['a character beyond latin1', { headers: [['x-a', '世']] }],
    ['a space in a name', { headers: [['x a', 'b']] }],
    ['an empty name', { headers: [['', 'b']] }],
    ['a status below 200', { status: 100 }],
    ['a status that is no number', { status: Number.NaN }],
  ] as [string, Partial<HttpResponse>][])('answers 500 for %s and reports it', async (_case, part) => {
    const errors: unknown[] = []
    const mountable: Mountable = {
      routes: [{ path: '/a', methods: ['GET'] }],
      handle: async () => ({ status: 200, headers: [], body: '', ...part }),
    }
    const dispatch = createDispatch(mountable, { onError: (error) => errors.push(error) })
    expect(await dispatch(request('/a'))).toMatchObject({ status: 500, body: '{"error":"server_error"}' })
    expect(errors).toEqual([expect.any(TypeError)])
  })

  it('sends what HTTP can carry: tabs, and bytes above ASCII', async () => {
    const dispatch = createDispatch({
      routes: [{ path: '/a', methods: ['GET'] }],
      handle: async () => ({ status: 200, headers: [['x-a', 'a\tü']], body: '' }),
    })
    expect(await dispatch(request('/a'))).toMatchObject({ status: 200 })
  })
})

describe('admit', () => {
  const protector: Protector<{ subject: string }, string> = {
    async protect(_request: HttpRequest, requirement) {
      if (requirement === 'read') return { subject: 'ann' }
      throw new AuthlibError('insufficient_scope', 'No', { status: 403 })
    },
    respond: errorResponse,
  }

  it('resolves with the token, or with the answer of the protector', async () => {
    expect(await admit(protector, request('/'), 'read')).toEqual({ token: { subject: 'ann' }, headers: [] })
    expect(await admit(protector, request('/'), 'write')).toMatchObject({ refusal: { status: 403 } })
  })

  it('refuses when the protector cannot even answer', async () => {
    const broken: Protector = {
      protect: () => {
        throw new Error('at once')
      },
      respond: () => {
        throw new Error('secret')
      },
    }
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    expect(await admit(broken, request('/'), undefined, { onError })).toMatchObject({
      refusal: { status: 500, body: '{"error":"server_error"}' },
    })
    expect(errors).toEqual([expect.objectContaining({ message: 'secret' })])
  })

  it('refuses with 500 when the challenge cannot be sent', async () => {
    const respond = () => ({ status: 401, headers: [['www-authenticate', 'a\r\nb']] as const, body: '' })
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const { refusal } = await admit({ ...protector, respond }, request('/'), 'write', { onError })
    expect([refusal?.status, errors]).toEqual([500, [expect.any(TypeError)]])
  })

  it('hands over the headers for an accepted request, readable for scripts', async () => {
    const acceptedHeaders = () => [['dpop-nonce', 'n1']] as const
    expect(await admit({ ...protector, acceptedHeaders }, request('/'), 'read')).toMatchObject({
      headers: [
        ['dpop-nonce', 'n1'],
        ['access-control-expose-headers', 'dpop-nonce'],
      ],
    })
  })

  it.each([
    ['a line break', ['dpop-nonce', 'n1\r\nset-cookie: a=b']],
    ['no name', ['', 'n1']],
  ] as const)('refuses with 500 when what it hands over cannot be sent: %s', async (_what, header) => {
    const admitted = await admit({ ...protector, acceptedHeaders: () => [header] }, request('/'), 'read')
    expect([admitted.refusal?.status, admitted.token]).toEqual([500, undefined])
  })

  it('shows challenges to scripts of every origin (Fetch §3.2)', async () => {
    const { refusal } = await admit(protector, request('/'), 'write')
    expect(refusal?.headers).toContainEqual(['access-control-allow-origin', '*'])
    expect(refusal?.headers).toContainEqual(['access-control-expose-headers', 'www-authenticate, dpop-nonce'])
  })

  it('answers a preflight without asking the protector, and no other OPTIONS', async () => {
    const asked = { ...request('/'), method: 'OPTIONS' }
    const headers = new Headers({ origin: 'https://app.example', 'access-control-request-method': 'PUT' })
    const { refusal } = await admit(protector, { ...asked, headers }, 'write')
    expect(refusal?.status).toBe(204)
    expect(new Map(refusal?.headers).get('access-control-allow-headers')).toBe('authorization, content-type, dpop, *')
    expect(await admit(protector, asked, 'write')).toMatchObject({ refusal: { status: 403 } })
  })
})

function answering(body: string, ...paths: string[]): Mountable {
  const routes = paths.map((path) => ({ path, methods: ['GET'] }))
  return { routes, handle: async (): Promise<HttpResponse> => jsonResponse(200, body) }
}

function throwing(path: string, error: Error): Mountable {
  return { routes: [{ path, methods: ['GET'] }], handle: () => Promise.reject(error) }
}

function fail(error: unknown): void {
  throw error
}
