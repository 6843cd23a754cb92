/** The body of a message: bounded, read once, whatever a body parser before us has made of it. */

import { AuthlibError } from '@authlib/core'
import { decodeUtf8, encodeForm, payloadTooLarge } from '@authlib/core/kit'
import type { IncomingMessage } from 'node:http'

/** Where the text is kept, for every view of the message: cheaper for the garbage collector than a WeakMap. */
const TEXT: unique symbol = Symbol('text')

/**
 * The body as text. Rejects with `payload_too_large` (413), `invalid_encoding` (400) when it is not UTF-8,
 * `request_aborted` (400) when the client went away.
 */
export function readBody(
  incoming: IncomingMessage & { [TEXT]?: Promise<string> | undefined },
  maxBody: number,
): Promise<string> {
  return (incoming[TEXT] ??= incoming.readableDidRead ? parsedBody(incoming, maxBody) : streamedBody(incoming, maxBody))
}

async function streamedBody(incoming: IncomingMessage, maxBody: number): Promise<string> {
  if (incoming.readableEnded) return '' // a parser has found it empty
  if (Number(incoming.headers['content-length']) > maxBody) throw payloadTooLarge() // Node drops the unread rest after the answer
  return decodeUtf8(await collect(incoming, maxBody))
}

function collect(incoming: IncomingMessage, maxBody: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const gone = () => {
      if (incoming.readableEnded) return // every request closes; only one that was cut short is an error
      reject(new AuthlibError('request_aborted', 'The client closed the connection', { status: 400 }))
    }
    if (incoming.destroyed) gone() // its events have passed
    const take = (chunk: Uint8Array) => {
      length += chunk.length
      if (length > maxBody) {
        incoming.off('data', take).resume()
        chunks.length = 0
        reject(payloadTooLarge())
        return
      }
      chunks.push(chunk)
    }
    incoming.on('data', take)
    incoming.once('end', () => {
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    incoming.once('error', gone).once('close', gone)
  })
}

/** What Connect-style body parsers leave behind. `rawBody` is what some hosts and frameworks keep beside `body`. */
type Parsed = IncomingMessage & { readonly rawBody?: unknown; readonly body?: unknown }

async function parsedBody({ rawBody, body, headers }: Parsed, maxBody: number): Promise<string> {
  const text = textOf(rawBody) ?? textOf(body) ?? writtenAgain(body, headers['content-type'])
  if (Buffer.byteLength(text) > maxBody) throw payloadTooLarge()
  return text
}

function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? decodeUtf8(body) : undefined
}

/** A parsed body in its own format again: the parsers in use make objects of forms and of JSON. */
function writtenAgain(body: unknown, contentType = ''): string {
  if (typeof body !== 'object' || body === null) {
    throw new AuthlibError('body_used', 'The body of the request was read before', {
      hint: 'Mount before whatever reads the body, or let it keep the text in `request.body`.',
    })
  }
  if (!contentType.toLowerCase().startsWith('application/x-www-form-urlencoded')) return JSON.stringify(body)
  if (!isFlat(body)) throw new AuthlibError('invalid_request', 'The parameters must not be nested', { status: 400 })
  return encodeForm(body)
}

/** Whether each value was sent as plain text. A list of one can only come from `name[]=`, which is another name. */
function isFlat(body: object): body is Record<string, string | readonly string[]> {
  return Object.values(body).every((value: unknown) => {
    if (Array.isArray(value)) return value.length > 1 && value.every((item) => typeof item === 'string')
    return typeof value === 'string'
  })
}
