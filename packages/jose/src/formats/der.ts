/** A small strict reader and writer of DER, X.690 §10: definite minimal lengths, one byte tags, nothing left over. */

import { invalidKey } from '../keys/jwk.ts'
import { joinBytes } from '../shared/join-bytes.ts'

export interface DerValue {
  readonly tag: number
  readonly content: Uint8Array
  /** Tag and length too. */
  readonly encoded: Uint8Array
}

export const INTEGER = 0x02
const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const NULL = 0x05
export const OID = 0x06
export const SEQUENCE = 0x30
/** `[0]`, `[1]`, … constructed. */
export const context = (number: number): number => 0xa0 | number

/** Reads exactly one value, or throws `invalid_key`. */
export function readDer(bytes: Uint8Array): DerValue {
  const [value, ...rest] = readAll(bytes)
  if (value === undefined || rest.length > 0) throw invalidKey('not one DER value')
  return value
}

/** The values inside a constructed value, which must have this tag. */
export function readInside(value: DerValue | undefined, tag: number = SEQUENCE): readonly DerValue[] {
  return readAll(contentOf(value, tag))
}

/** The content of a value, which must have this tag. */
export function contentOf(value: DerValue | undefined, tag: number): Uint8Array {
  if (value?.tag !== tag) throw invalidKey('unexpected DER value')
  return value.content
}

/** A non-negative INTEGER without its sign byte. X.690 §8.3 */
export function integerOf(value: DerValue | undefined): Uint8Array {
  const content = contentOf(value, INTEGER)
  const [first, second] = content
  if (first === undefined || first > 0x7f) throw invalidKey('not a positive integer')
  if (first === 0 && second !== undefined && second < 0x80) throw invalidKey('integer is not minimal')
  return first === 0 && content.length > 1 ? content.subarray(1) : content
}

/** The bytes of a BIT STRING with no unused bits. */
export function bitsOf(value: DerValue | undefined, tag: number = BIT_STRING): Uint8Array {
  const content = contentOf(value, tag)
  if (content[0] !== 0) throw invalidKey('bit string with unused bits')
  return content.subarray(1)
}

function readAll(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = []
  let at = 0
  while (at < bytes.length) {
    const start = at
    const tag = bytes[at++] ?? 0
    if ((tag & 0x1f) === 0x1f) throw invalidKey('DER tag too long')
    let length = bytes[at++]
    if (length === undefined || length === 0x80) throw invalidKey('DER length is missing')
    if (length > 0x80) {
      const size = length & 0x7f
      if (size > 3 || at + size > bytes.length) throw invalidKey('DER length is too large')
      length = 0
      for (const end = at + size; at < end; at++) length = length * 256 + (bytes[at] ?? 0)
      if (length < 0x80 || length < 256 ** (size - 1)) throw invalidKey('DER length is not minimal')
    }
    if (at + length > bytes.length) throw invalidKey('DER value is cut off')
    values.push({ tag, content: bytes.subarray(at, at + length), encoded: bytes.subarray(start, at + length) })
    at += length
  }
  return values
}

/** Writes a value from its content: bytes, one after the other. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0)
  const prefix = length < 0x80 ? [tag, length] : longLength(tag, length)
  return joinBytes(Uint8Array.from(prefix), ...contents)
}

/** A non-negative INTEGER. */
export function writeInteger(bytes: Uint8Array): Uint8Array {
  return (bytes[0] ?? 0) > 0x7f ? writeDer(INTEGER, Uint8Array.of(0), bytes) : writeDer(INTEGER, bytes)
}

/** A BIT STRING of whole bytes. */
export function writeBits(bytes: Uint8Array): Uint8Array {
  return writeDer(BIT_STRING, Uint8Array.of(0), bytes)
}

function longLength(tag: number, length: number): number[] {
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [tag, 0x80 | octets.length, ...octets]
}
