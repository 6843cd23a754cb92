/** Node.js, Bun, Deno: synchronous `node:crypto`. */

import { isUtf8 } from 'node:buffer'
import * as crypto from 'node:crypto'
import type { AeadKey, HmacKey } from './runtime.ts'

export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64')
}

export function toBase64url(bytes: Uint8Array): string {
  return view(bytes).toString('base64url')
}

export function fromBase64(text: string): Uint8Array | null {
  return decode(text, 'base64')
}

export function fromBase64url(text: string): Uint8Array | null {
  return decode(text, 'base64url')
}

/** Buffers are lenient: they pass over foreign characters, missing padding and stray bits. */
function decode(text: string, encoding: 'base64' | 'base64url'): Uint8Array | null {
  const buffer = Buffer.from(text, encoding)
  return buffer.toString(encoding) === text ? own(buffer) : null
}

export function textOfBase64(text: string): string | null {
  try {
    const binary = atob(text)
    if (btoa(binary) !== text) return null
    if (ASCII.test(binary)) return binary // as nearly always: no Buffer is needed
    const bytes = Buffer.from(binary, 'latin1')
    return isUtf8(bytes) ? bytes.toString() : null
  } catch {
    return null // of `atob`
  }
}

const ASCII = /^[\0-\x7f]*$/

export function equal(a: Uint8Array | string, b: Uint8Array | string): boolean {
  const left = bytesOf(a)
  const right = bytesOf(b)
  return left.length === right.length && crypto.timingSafeEqual(left, right)
}

const POOL_SIZE = 4096
const pool = Buffer.allocUnsafeSlow(POOL_SIZE) // memory of its own
const poolBytes = new Uint8Array(pool.buffer) // whose `fill` costs a tenth of a Buffer's
let used = POOL_SIZE

/** From a pool: one call of the system's generator serves many tokens. What is handed out is wiped from the pool. */
function fromPool<T>(length: number, read: (start: number, end: number) => T): T {
  if (used + length > POOL_SIZE) {
    crypto.randomFillSync(pool)
    used = 0
  }
  const end = used + length
  const taken = read(used, end)
  poolBytes.fill(0, used, end)
  used = end
  return taken
}

export function randomBytes(length: number): Uint8Array {
  if (length > POOL_SIZE / 4) return crypto.randomFillSync(new Uint8Array(length))
  return fromPool(length, copyOfPool)
}

export function randomText(length: number): string {
  return length > POOL_SIZE / 4 ? toBase64url(randomBytes(length)) : fromPool(length, textOfPool)
}

function copyOfPool(start: number, end: number): Uint8Array {
  return new Uint8Array(pool.subarray(start, end))
}

function textOfPool(start: number, end: number): string {
  return pool.toString('base64url', start, end)
}

export function sha256(data: Uint8Array | string): Uint8Array {
  return fromBinary(crypto.hash('sha256', data, 'binary'))
}

export function sha256Base64url(data: Uint8Array | string): string {
  return crypto.hash('sha256', data, 'base64url')
}

export function importHmacKey(raw: Uint8Array): HmacKey {
  const key = crypto.createSecretKey(raw) // a KeyObject: passing bytes costs seven times as much per call
  return { sign: (data) => fromBinary(crypto.createHmac('sha256', key).update(data).digest('binary')) }
}

export function hkdfSha256(secret: Uint8Array | string, label: Uint8Array | string, length: number): Uint8Array {
  return new Uint8Array(crypto.hkdfSync('sha256', bytesOf(secret), '', bytesOf(label), length))
}

export function importAeadKey(raw: Uint8Array): AeadKey {
  const key = crypto.createSecretKey(raw)
  return {
    seal(iv, plaintext, context) {
      const cipher = crypto.createCipheriv('aes-256-gcm', key, iv)
      cipher.setAAD(bytesOf(context))
      return own(Buffer.concat([cipher.update(bytesOf(plaintext)), cipher.final(), cipher.getAuthTag()]))
    },
    open(iv, sealed, context) {
      try {
        const decipher = crypto.createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
        decipher.setAAD(bytesOf(context))
        decipher.setAuthTag(sealed.subarray(-16))
        return own(Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]))
      } catch {
        return null
      }
    },
  }
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Digests leave OpenSSL as text: a Buffer from there costs twice as much as this. */
function fromBinary(text: string): Uint8Array {
  return own(Buffer.from(text, 'binary'))
}

/** A plain Uint8Array with memory of its own: small Buffers share theirs with whatever else the process handles. */
function own(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer)
}
