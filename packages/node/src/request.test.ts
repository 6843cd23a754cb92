import type { ClientCertificate, HttpRequest } from '@authlib/core'
import { startNodeServer } from '@authlib/testing'
import { X509Certificate } from 'node:crypto'
import { request as sendHttps, createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { CERTIFICATE, identity } from '../../../test/support/tls.ts'
import { nodeRequest, type NodeRequestOptions } from './index.ts'

describe('nodeRequest', () => {
  it('reads a body once for every view of the message', async () => {
    const texts: string[] = []
    const server = await startNodeServer(async (incoming, outgoing) => {
      const [first, second] = [nodeRequest(incoming), nodeRequest(incoming)]
      texts.push(...(await Promise.all([first.text(), second.text()])), await second.text())
      texts.push(await nodeRequest(incoming).text())
      outgoing.end()
    })
    await fetch(server.url, { method: 'POST', body: 'hello' })
    await server.stop()
    expect(texts).toEqual(['hello', 'hello', 'hello', 'hello'])
  })

  it('gives the bytes of a body, as text or not, before and after the text', async () => {
    const sent = new Uint8Array([0, 255, 254, 128])
    const outcomes: unknown[] = []
    const server = await startNodeServer(async (incoming, outgoing) => {
      const request = nodeRequest(incoming)
      outcomes.push(await request.bytes?.())
      outcomes.push(await request.text().catch((error: unknown) => (error as { code: unknown }).code))
      outcomes.push(await nodeRequest(incoming).bytes?.())
      outgoing.end()
    })
    await fetch(server.url, { method: 'POST', body: sent })
    await fetch(server.url, { method: 'POST', body: 'ü' })
    await server.stop()
    const text = new TextEncoder().encode('ü')
    expect(outcomes.map((one) => (one instanceof Uint8Array ? new Uint8Array(one) : one))).toEqual([
      sent,
      'invalid_encoding',
      sent,
      text,
      'ü',
      text,
    ])
  })

  it('gives the bytes that a parser has kept, and no more than the limit', async () => {
    const outcomes: unknown[] = []
    const server = await startNodeServer(async (incoming, outgoing) => {
      const body = await buffer(incoming)
      const request = nodeRequest(incoming, { body, maxBody: 3 })
      outcomes.push(await request.bytes?.().catch((error: unknown) => (error as { code: unknown }).code))
      outgoing.end()
    })
    await fetch(server.url, { method: 'POST', body: new Uint8Array([255, 0, 254]) })
    await fetch(server.url, { method: 'POST', body: new Uint8Array([255, 0, 254, 1]) })
    await server.stop()
    expect(outcomes).toEqual([Buffer.from([255, 0, 254]), 'payload_too_large'])
  })

  it('takes the limit of a body from its options', async () => {
    expect(await textOf('a'.repeat(10), { maxBody: 10 })).toBe('a'.repeat(10))
    expect(await textOf('a'.repeat(11), { maxBody: 10 })).toMatchObject({ code: 'payload_too_large', status: 413 })
    expect(await textOf('a'.repeat(70_000), { maxBody: 70_000 })).toHaveLength(70_000)
  })

  it('says what to do when something else has read the body and kept nothing', async () => {
    const server = await startNodeServer(async (incoming, outgoing) => {
      await text(incoming)
      const error: unknown = await nodeRequest(incoming)
        .text()
        .catch((reason: unknown) => reason)
      outgoing.end(JSON.stringify(error))
    })
    const error: unknown = await (await fetch(server.url, { method: 'POST', body: 'a' })).json()
    await server.stop()
    expect(error).toMatchObject({ code: 'body_used', status: 500, hint: expect.stringContaining('before') })
  })

  it('prefers the raw body that a host keeps beside the parsed one', async () => {
    const server = await startNodeServer(async (incoming, outgoing) => {
      await text(incoming)
      Object.assign(incoming, { rawBody: Buffer.from('a=%C3%BC&a=1'), body: { a: '1' } })
      outgoing.end(await nodeRequest(incoming).text())
    })
    const response = await fetch(server.url, { method: 'POST', body: 'a=%C3%BC&a=1' })
    expect(await response.text()).toBe('a=%C3%BC&a=1')
    await server.stop()
  })

  it('fails at once when the client was gone before anyone read', async () => {
    const gone = new Promise<unknown>((resolve) => {
      void startNodeServer((incoming) => {
        incoming.once('close', () => {
          nodeRequest(incoming).text().then(resolve, resolve)
        })
        incoming.destroy()
      }).then(async (server) => {
        await fetch(server.url, { method: 'POST', body: 'a' }).catch(() => undefined)
        await server.stop()
      })
    })
    expect(await gone).toMatchObject({ code: 'request_aborted' })
  })
})

describe('the remote address', () => {
  it('is that of the connection, whatever a header says', async () => {
    let seen: string | undefined
    const server = await startNodeServer((incoming, outgoing) => {
      seen = nodeRequest(incoming).remoteAddress
      outgoing.end()
    })
    await fetch(server.url, { headers: { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' } })
    await server.stop()
    expect(seen).toMatch(/^(::ffff:)?127\.0\.0\.1$|^::1$/)
  })
})

describe('the client certificate (RFC 8705 §2)', () => {
  it('is that of the TLS connection, with whether its issuer is trusted', async () => {
    const der = new Uint8Array(new X509Certificate(CERTIFICATE).raw)
    expect(await certificateSeen({ ca: CERTIFICATE }, true)).toEqual({ der, trusted: true })
    expect(await certificateSeen({}, true)).toEqual({ der, trusted: false })
  })

  it('is absent when the client has none, and without TLS', async () => {
    expect(await certificateSeen({}, false)).toBeUndefined()
    let seen: unknown = 'nothing yet'
    const server = await startNodeServer((incoming, outgoing) => {
      seen = nodeRequest(incoming).clientCertificate
      outgoing.end()
    })
    await fetch(server.url, { headers: { 'client-cert': ':AAAA:', 'x-client-cert': 'AAAA' } })
    await server.stop()
    expect(seen).toBeUndefined()
  })

  it('comes from a proxy when the application says how', async () => {
    let seen: ClientCertificate | undefined
    const server = await startNodeServer((incoming, outgoing) => {
      const { clientCertificate } = nodeRequest(incoming, {
        clientCertificate: ({ headers }) => ({
          der: Buffer.from(headers['x-cert'] as string, 'base64'),
          trusted: true,
        }),
      })
      seen = clientCertificate
      outgoing.end()
    })
    await fetch(server.url, { headers: { 'x-cert': 'AQI=' } })
    await server.stop()
    expect([...seen!.der]).toEqual([1, 2])
  })
})

/** What `text()` comes to on a server that gets this body. */
async function textOf(body: string, options: NodeRequestOptions): Promise<unknown> {
  let outcome: unknown
  const server = await startNodeServer(async (incoming, outgoing) => {
    outcome = await nodeRequest(incoming, options)
      .text()
      .catch((error: unknown) => error)
    outgoing.end()
  })
  await fetch(server.url, { method: 'POST', body })
  await server.stop()
  return outcome
}

/** What a TLS server sees of a client that sends its certificate, or does not. */
async function certificateSeen(trust: { ca?: string }, send: boolean): Promise<HttpRequest['clientCertificate']> {
  let seen: ClientCertificate | undefined
  const server = createServer(
    { ...identity, ...trust, requestCert: true, rejectUnauthorized: false },
    (incoming, outgoing) => {
      seen = nodeRequest(incoming).clientCertificate
      outgoing.end()
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, ca: CERTIFICATE, agent: false, ...(send ? identity : {}) }
    sendHttps(options, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end()
  })
  await new Promise((resolve) => server.close(resolve))
  return seen && { der: new Uint8Array(seen.der), trusted: seen.trusted }
}
