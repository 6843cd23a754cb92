import { describe, expect, it } from 'vitest'
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
  it('hands a request to the mountable that has its path, and to nobody else', async () => {
    const dispatch = createDispatch([answering('one', '/a', '/b'), answering('two', '/c')], { onError: fail })
    expect(await dispatch(request('/b?x=1'))).toMatchObject({ body: '"one"' })
    expect(await dispatch(request('/c'))).toMatchObject({ body: '"two"' })
    for (const path of ['/', '/d', '/a/', '/A', '/%61', '/constructor']) expect(dispatch(request(path))).toBeNull()
  })

  it('finds paths that were registered after the mounting', async () => {
    const routes: { path: string; methods: string[] }[] = []
    const dispatch = createDispatch({ ...answering('late'), routes })
    routes.push({ path: '/late', methods: ['GET'] })
    expect(await dispatch(request('/late'))).toMatchObject({ status: 200 })
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

describe('admit', () => {
  const protector: Protector<{ subject: string }, string> = {
    async protect(_request: HttpRequest, requirement) {
      if (requirement === 'read') return { subject: 'ann' }
      throw new AuthlibError('insufficient_scope', 'No', { status: 403 })
    },
    respond: errorResponse,
  }

  it('resolves with the token, or with the answer of the protector', async () => {
    expect(await admit(protector, request('/'), 'read')).toEqual({ token: { subject: 'ann' } })
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
    expect(await admit(broken, request('/'))).toMatchObject({
      refusal: { status: 500, body: '{"error":"server_error"}' },
    })
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
