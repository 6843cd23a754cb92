/** The body of a message: limited, read once, and left for the code behind. */

import { AuthlibError } from '@authlib/core'
import { decodeUtf8, encodeUtf8, parsedBody, payloadTooLarge } from '@authlib/core/kit'
import { isAscii } from 'node:buffer'
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

/** How to read a body. */
export interface BodyReading {
  /** Most bytes. */
  readonly maxBody: number
  /** What the framework made of it, if that is not on the message. */
  readonly body?: unknown
  /** Not put back. */
  readonly consume?: boolean | undefined
}

/**
 * The body as a string. `parsed` is what the framework made of it, if that is not on the message. Rejects with
 * `payload_too_large` (413), `invalid_encoding` (400) when it is not UTF-8, `request_aborted` (400) when the client went
 * away, and what `parsedBody` throws.
 */
export function readBody(incoming: Message, { maxBody, body, consume = false }: BodyReading): Promise<string> {
  return (incoming[TEXT] ??=
    body !== undefined || incoming.readableDidRead
      ? writtenAgain(incoming, maxBody, body)
      : streamed(incoming, maxBody, consume ? drain : collect))
}

/** The body as bytes. Rejects as {@link readBody} does, but not for bytes that are not UTF-8. */
export async function readBytes(incoming: Message, reading: BodyReading): Promise<Uint8Array> {
  try {
    const text = await readBody(incoming, reading)
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

function streamed(incoming: Message, maxBody: number, read: typeof collect): Promise<string> {
  if (incoming.readableEnded) return Promise.resolve('') // a parser has found it empty
  if (Number(incoming.headers['content-length']) > maxBody) {
    incoming.resume() // Node drops the unread rest after the answer; on Deno, the next request of the connection would hang
    return Promise.reject(payloadTooLarge())
  }
  return read(incoming, maxBody).then((bytes) => {
    incoming[BYTES] = bytes
    return isAscii(bytes) ? bytes.toString('latin1') : decodeUtf8(bytes) // what clients send is nearly always ASCII
  })
}

/** Reads to the end. */
function drain(incoming: IncomingMessage, maxBody: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined
    let bytes: Buffer | undefined
    let length = 0
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBody)
        reject(payloadTooLarge()) // the rest is read and forgotten
      else if (bytes === undefined) bytes = chunk
      else (chunks ??= [bytes]).push(chunk)
    })
    incoming.on('end', () => {
      if (!wasCut(incoming)) resolve(chunks ? Buffer.concat(chunks) : (bytes ?? Buffer.alloc(0)))
    })
    const gone = () => {
      if (!incoming.readableEnded || wasCut(incoming)) reject(aborted()) // every request closes; only one cut short is an error
    }
    if (incoming.destroyed) gone() // its events have passed
    incoming.on('close', gone) // an error is raised only where someone listens for it
  })
}

function aborted(): AuthlibError {
  return new AuthlibError('request_aborted', 'The client closed the connection', { status: 400 })
}

/** Reads to the end and puts everything back before `end` is emitted, so that a body parser behind can read it again. */
function collect(incoming: IncomingMessage, maxBody: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const gone = () => {
      if (incoming.readableEnded && !wasCut(incoming)) return // every request closes; only one that was cut short is an error
      reject(aborted())
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

function read(incoming: IncomingMessage): Buffer | null {
  return incoming.read() as Buffer | null // sound: no encoding was set
}
