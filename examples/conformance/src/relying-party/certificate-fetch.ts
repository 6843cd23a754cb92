/** A `fetch` whose connections show a certificate. */

import { request as httpsRequest } from 'node:https'

/** PEM. */
export interface ClientCertificateFiles {
  readonly cert: string
  readonly key: string
}

export function certificateFetch({ cert, key }: ClientCertificateFiles): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const body = Buffer.from(await request.arrayBuffer())
    const { url, method, signal } = request
    const headers = { ...Object.fromEntries(request.headers), 'content-length': String(body.length) }
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(url, { method, headers, cert, key, signal, agent: false }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const { statusCode: status = 500, rawHeaders } = answer
          const fields = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? '']] : []))
          const empty = [204, 205, 304].includes(status)
          const headers = new Headers(fields as [string, string][]) // sound: pairs
          resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers }))
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}
