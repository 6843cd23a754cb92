/** An HTTPS server on this machine that asks clients for a certificate, and a `fetch` that trusts it and may show one. */

import { createServer, request as send } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** For localhost and 127.0.0.1. Signed by itself, made for tests, used nowhere else. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBZTCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOFNkRce0hL3fDxA
sMiJLmg1Lr8dpxPa8zl6IRmJL6S1tl7fau5cmn5TnN2TkYQtyJjP1BV+6qS5MJNQ
miMm6yijSzBJMAwGA1UdEwQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/
AAABMB0GA1UdDgQWBBSdgdR2rSMc+BjzTh8/kW9QM1CtyTAKBggqhkjOPQQDAgNJ
ADBGAiEAveJP7daI6zFM4x/pI6444XeHDtbOk8JZTnUnl6RklzICIQDWapOFwBZQ
r6dfmhGwKx9lzK6Lkmw8aLcnjXcL7lXsoQ==
-----END CERTIFICATE-----
`
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzx6kw5AMZ18VTmL5
BNEhfQnX7BkaT/RpRGvn3e4xnF2hRANCAAThTZEXHtIS93w8QLDIiS5oNS6/HacT
2vM5eiEZiS+ktbZe32ruXJp+U5zdk5GELciYz9QVfuqkuTCTUJojJuso
-----END PRIVATE KEY-----
`
export const identity: { readonly key: string; readonly cert: string } = { key: KEY, cert: CERTIFICATE }

/** Accepts every certificate, as `self_signed_tls_client_auth` needs. */
export async function startTlsServer(
  listener: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const options = { ...identity, requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, (incoming, outgoing) => void listener(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // sound: it listens on a port
  return {
    url: `https://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** `withCertificate`: the connection shows the certificate. */
export function tlsFetch({ withCertificate = false }: { withCertificate?: boolean } = {}): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, { ...init, redirect: 'manual' })
    const body = Buffer.from(await request.arrayBuffer())
    const headers = { ...Object.fromEntries(request.headers), 'content-length': String(body.length) }
    return new Promise((resolve, reject) => {
      const options = {
        method: request.method,
        headers,
        ca: CERTIFICATE,
        agent: false,
        ...(withCertificate ? identity : {}),
      }
      send(request.url, options, (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => resolve(responseOf(incoming, Buffer.concat(chunks))))
      })
        .on('error', reject)
        .end(body)
    })
  }
}

function responseOf({ statusCode = 200, rawHeaders }: IncomingMessage, body: Buffer): Response {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) headers.append(rawHeaders[index]!, rawHeaders[index + 1]!)
  const isEmpty = [204, 304].includes(statusCode)
  return new Response(isEmpty ? null : new Uint8Array(body), { status: statusCode, headers })
}
