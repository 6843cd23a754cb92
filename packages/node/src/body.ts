/** The body of a message: limited, read once, and left for the code behind. */

import { AuthlibError } from '@authlib/core'
import { decodeUtf8, encodeUtf8, parsedBody, payloadTooLarge } from '@authlib/core/kit'
import type { IncomingMessage } from 'node:http'

/** Where the text is kept for every view of the message: cheaper for the garbage collector than a WeakMap. */
const TEXT: unique symbol = Symbol('text')

/** What body parsers leave on a message. `rawBody` is what some hosts and frameworks keep beside `body`. */
interface Parsed {
  readonly rawBody?: unknown
  readonly body?: unknown
}

/** The same as it was sent, where that is known. */
const BYTES: unique symbol = Symbol('bytes')

type Message = IncomingMessage & { [TEXT]?: Promise<string> | undefined; [BYTES]?: Uint8Array | undefined }

/**
 * The body as a string. `parsed` is what the framework made of it, if that is not on the message. Rejects with
 * `payload_too_large` (413), `invalid_encoding` (400) when it is not UTF-8, `request_aborted` (400) when the client went
 * away, and what `parsedBody` throws.
 */
export function readBody(incoming: Message, maxBody: number, parsed?: unknown): Promise<string> {
  return (incoming[TEXT] ??=
    parsed !== undefined || incoming.readableDidRead
      ? writtenAgain(incoming, maxBody, parsed)
      : streamed(incoming, maxBody))
}

/** The body as bytes. Rejects as {@link readBody} does, but not for bytes that are not UTF-8. */
export async function readBytes(incoming: Message, maxBody: number, parsed?: unknown): Promise<Uint8Array> {
  try {
    const text = await readBody(incoming, maxBody, parsed)
    return incoming[BYTES] ?? encodeUtf8(text)
  } catch (error) {
    const bytes = incoming[BYTES]
    if (bytes === undefined) throw error
    return bytes // they came, and are not UTF-8
  }
}

async function writtenAgain(incoming: Message, maxBody: number, parsed: unknown): Promise<string> {
  const { rawBody, body } = incoming as Parsed // whatever augments the type of messages
  const kept = rawBody ?? parsed ?? body
  if (kept instanceof Uint8Array) {
    if (kept.length > maxBody) throw payloadTooLarge()
    incoming[BYTES] = kept
  }
  const text = parsedBody(kept, incoming.headers['content-type'])
  if (Buffer.byteLength(text) > maxBody) throw payloadTooLarge()
  return text
}

async function streamed(incoming: Message, maxBody: number): Promise<string> {
  if (incoming.readableEnded) return '' // a parser has found it empty
  if (Number(incoming.headers['content-length']) > maxBody) throw payloadTooLarge() // Node drops the unread rest after the answer
  const bytes = await collect(incoming, maxBody)
  incoming[BYTES] = bytes
  return decodeUtf8(bytes)
}

/** Reads to the end and puts everything back before `end` is emitted, so that a body parser behind can read it again. */
function collect(incoming: IncomingMessage, maxBody: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const gone = () => {
      if (incoming.readableEnded && !wasCut(incoming)) return // every request closes; only one that was cut short is an error
      reject(new AuthlibError('request_aborted', 'The client closed the connection', { status: 400 }))
    }
    const finish = (put: boolean) => {
      incoming.off('readable', take).off('end', end).off('error', gone).off('close', gone)
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      if (put && length > 0) incoming.unshift(bytes)
      resolve(bytes)
    }
    const end = () => {
      if (!wasCut(incoming)) finish(false)
    }
    const take = () => {
      if (wasCut(incoming)) return // an HTTP/2 stream that was reset is readable once more, and called complete
      for (let chunk = read(incoming); chunk !== null; chunk = read(incoming)) {
        length += chunk.length
        if (length > maxBody) {
          incoming.off('readable', take).resume()
          reject(payloadTooLarge())
          return
        }
        chunks.push(chunk)
      }
      if (hasArrived(incoming)) finish(true)
    }
    if (incoming.destroyed) gone() // its events have passed
    incoming.on('readable', take).once('end', end).once('error', gone).once('close', gone)
  })
}

/** Whether the client has given up before the end, which HTTP/2 tells in no event that only such requests have. */
function wasCut(incoming: { readonly aborted?: boolean }): boolean {
  return incoming.aborted === true
}

/** Whether the whole body is here, which `complete` tells of HTTP/1 only. */
function hasArrived(incoming: IncomingMessage): boolean {
  const { _readableState: state } = incoming as { readonly _readableState?: { readonly ended?: boolean } }
  return incoming.complete || state?.ended === true
}

function read(incoming: IncomingMessage): Uint8Array | null {
  return incoming.read() as Uint8Array | null // sound: no encoding was set
}
