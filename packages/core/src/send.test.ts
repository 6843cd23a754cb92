import { getEventListeners } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTlsServer, tlsFetch } from '../../../test/support/tls.ts'
import { AuthlibError } from './errors.ts'
import { publicAddresses } from './public-addresses.ts'
import { send, type SendOptions } from './send.ts'

let closed: (() => void) | undefined
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/echo': (request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      response.setHeader('x-answer', 'yes')
      response.writeHead(request.method === 'PUT' ? 418 : 200)
      response.end(JSON.stringify({ method: request.method, headers: request.headers, body }))
    })
  },
  '/slow-headers': () => undefined,
  '/slow-body': (_, response) => void response.writeHead(200).write('{"a":'),
  '/cut-body': (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"a":', () => response.destroy())
  },
  '/redirect': (_, response) => void response.writeHead(302, { location: '/echo' }).end('moved'),
  '/not-modified': (_, response) => void response.writeHead(304, { etag: '"1"' }).end(),
  '/no-content': (_, response) => void response.writeHead(204).end(),
  '/large': (_, response) => void response.end('x'.repeat(1_048_577)),
  '/endless': (_, response) => {
    const more = (error?: Error | null): void => {
      if (!error) response.write('x'.repeat(10_000), more)
    }
    more()
    response.on('close', () => closed?.())
  },
  '/fits': (_, response) => void response.end('x'.repeat(1_048_576)),
  '/bomb': (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000)))
  },
  '/latin1': (_, response) => void response.end(Buffer.from([0x61, 0xff])),
}
const seen: string[] = []
const server = createServer((request, response) => {
  seen.push(request.url!)
  answers[request.url!.replace(/\?.*/, '')]!(request, response)
})
let origin = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function echo(options?: SendOptions): Promise<{ method: string; headers: Record<string, string>; body: string }> {
  return JSON.parse((await send(`${origin}/echo`, options)).text) as never
}

describe('send', () => {
  it('gets by default, posts a body, and names itself (AC-13)', async () => {
    expect(await echo()).toMatchObject({ method: 'GET', headers: { 'user-agent': 'authlib-ts' }, body: '' })
    expect(await echo({ body: '{}', headers: { 'content-type': 'application/json' } })).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(await echo({ body: new URLSearchParams({ a: 'b c' }) })).toMatchObject({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=b+c',
    })
    expect((await echo({ headers: { 'User-Agent': 'mine' } })).headers['user-agent']).toBe('mine')
  })

  it('returns the answer whatever its status', async () => {
    const { status, headers, text } = await send(new URL(`${origin}/echo`), { method: 'PUT' })
    expect([status, headers.get('x-answer'), JSON.parse(text)]).toMatchObject([418, 'yes', { method: 'PUT' }])
    expect(await send(`${origin}/no-content`)).toMatchObject({ status: 204, text: '' })
    expect(await send(`${origin}/not-modified`)).toMatchObject({ status: 304, text: '' })
    expect(await send(`${origin}/latin1`)).toMatchObject({ text: 'a\uFFFD' })
  })

  it.each(['/slow-headers', '/slow-body'])('gives up on %s (X3)', async (path) => {
    await expect(send(origin + path, { timeout: 0.05 })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('follows no redirect', async () => {
    seen.length = 0
    await expect(send(`${origin}/redirect`)).rejects.toMatchObject({ code: 'unexpected_redirect' })
    const late = (path: string) => path.startsWith('/slow-') // of the test above, on a busy machine
    expect(seen.filter((path) => !late(path))).toEqual(['/redirect'])
  })

  it('reads no more than the limit, counted after decompression (X3)', async () => {
    const tooLarge = { code: 'response_too_large' }
    await expect(send(`${origin}/large`)).rejects.toMatchObject(tooLarge)
    await expect(send(`${origin}/bomb`)).rejects.toMatchObject(tooLarge)
    await expect(send(`${origin}/echo`, { maxBody: 10 })).rejects.toMatchObject(tooLarge)
    expect((await send(`${origin}/fits`)).text).toHaveLength(1_048_576)
  })

  it('lets go of the connection when it stops reading', async () => {
    const gone = new Promise<void>((resolve) => (closed = resolve))
    await expect(send(`${origin}/endless`, { maxBody: 100_000 })).rejects.toMatchObject({ code: 'response_too_large' })
    await gone
    const signals: (AbortSignal | null | undefined)[] = []
    const custom = ((_: unknown, { signal }: RequestInit) => {
      signals.push(signal)
      return Promise.resolve(new Response('moved', { status: 302 }))
    }) as typeof fetch
    await expect(send('https://as.example/', { fetch: custom })).rejects.toMatchObject({ code: 'unexpected_redirect' })
    expect(signals).toMatchObject([{ aborted: true }])
  })

  it('reports a lost connection as a network error, with what the system calls it', async () => {
    await expect(send(`${origin}/cut-body`)).rejects.toMatchObject({ code: 'network_error' })
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const refused = { code: 'network_error', reason: expect.any(String) as string }
    await expect(send(`http://127.0.0.1:${port}/`)).rejects.toMatchObject(refused)
  })

  it('trusts no certificate that nobody vouches for (RFC 6125, OpenID Connect Discovery §7.1)', async () => {
    const tls = await startTlsServer((_, outgoing) => outgoing.end('{}'))
    onTestFinished(() => tls.stop())
    await expect(send(tls.url)).rejects.toMatchObject({
      code: 'network_error',
      reason: expect.stringContaining('SELF_SIGNED') as string,
    })
    expect((await send(tls.url, { fetch: tlsFetch() })).text).toBe('{}') // whose `fetch` knows the certificate
  })

  it('rejects with the reason of the caller’s signal', async () => {
    const controller = new AbortController()
    const reason = new Error('no longer wanted')
    const pending = send(`${origin}/slow-body`, { signal: controller.signal })
    controller.abort(reason)
    await expect(pending).rejects.toBe(reason)
    await expect(send(`${origin}/echo`, { signal: controller.signal })).rejects.toBe(reason)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('uses a fetch from outside, and outlives one that ignores its signal', async () => {
    const calls: RequestInit[] = []
    const custom = ((_url: unknown, init: RequestInit) => {
      calls.push(init)
      return Promise.resolve(new Response('hi'))
    }) as typeof fetch
    expect(await send('https://as.example/', { fetch: custom, body: 'x' })).toMatchObject({ status: 200, text: 'hi' })
    expect(calls).toMatchObject([{ method: 'POST', body: 'x', redirect: 'manual' }])
    const deaf = () => new Promise<Response>(() => undefined)
    await expect(send('https://as.example/', { fetch: deaf, timeout: 0.01 })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('speaks plain http to this machine only, unless told otherwise (AC-03, AC-04)', async () => {
    const calls: unknown[] = []
    const custom = ((url: unknown) => Promise.resolve(new Response(String(calls.push(url))))) as typeof fetch
    for (const url of [
      'http://as.example/',
      'ftp://localhost/',
      'file:///etc/passwd',
      'nonsense',
      'https://u:p@as.example/',
    ]) {
      await expect(send(url, { fetch: custom })).rejects.toMatchObject({ code: 'insecure_transport' })
    }
    expect(calls).toEqual([])
    expect((await send('http://as.example/', { fetch: custom, allowInsecureTransport: true })).status).toBe(200)
  })

  it('tells nothing of URL, headers and body in any error', async () => {
    const options = { headers: { authorization: 'Bearer s3cret' }, body: 's3cret', timeout: 0.05, maxBody: 10 }
    const refused = [
      send(`${origin}/slow-body?code=s3cret`, options),
      send(`${origin}/large?code=s3cret`, options),
      send(`${origin}/redirect?code=s3cret`, options),
      send(`${origin}/cut-body?code=s3cret`, { ...options, maxBody: 1000 }),
      send('http://127.0.0.1:1/?code=s3cret', options),
      send('https://user:s3cret@as.example/', options),
      send('https://as.example:s3cret/', options),
      send('https://10.0.0.1/s3cret', { ...options, addresses: publicAddresses }),
      send(`${origin}/echo`, { headers: { authorization: 's3cret\0' } }),
    ]
    for (const { reason } of (await Promise.allSettled(refused)) as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(Error)
      const { stack, cause } = reason as Error
      expect(`${stack} ${JSON.stringify(reason)}`).not.toContain('s3cret')
      expect(cause).toBeUndefined() // those of some runtimes quote the URL
    }
  })
})

describe('send to a URL that someone else chose (G2)', () => {
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fd00:ec2::254]/',
    'https://localhost/',
    'https://localhost./',
    'https://metadata.google.internal/',
    'https://intranet/',
    'https://１２７.0.0.1/',
  ])('refuses %s', async (url) => {
    const calls: unknown[] = []
    const custom = ((input: unknown) => Promise.resolve(new Response(String(calls.push(input))))) as typeof fetch
    await expect(send(url, { addresses: publicAddresses })).rejects.toMatchObject({ code: 'forbidden_address' })
    await expect(send(url, { addresses: publicAddresses, fetch: custom })).rejects.toMatchObject({
      code: 'forbidden_address',
    })
    expect(calls).toEqual([])
  })

  it('speaks https only, even to this machine', async () => {
    await expect(send(`${origin}/echo`, { addresses: publicAddresses })).rejects.toMatchObject({
      code: 'insecure_transport',
    })
  })

  it('hands a public address to a fetch from outside, and no name that it cannot look up', async () => {
    const calls: string[] = []
    const custom = ((url: string) => Promise.resolve(new Response(`hi ${calls.push(url)}`))) as typeof fetch
    expect((await send('https://8.8.8.8/', { addresses: publicAddresses, fetch: custom })).text).toBe('hi 1')
    const unknown = send('https://name.invalid/', { addresses: publicAddresses, fetch: custom, timeout: 2 }) // RFC 6761 §6.4
    await expect(unknown).rejects.toBeInstanceOf(AuthlibError)
    expect(calls).toEqual(['https://8.8.8.8/'])
  })
})
