/** Compression of contents, RFC 7516 §4.1.3. */

import { joinBytes } from '../shared/join-bytes.ts'

/** DEFLATE, RFC 1951. */
export function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  return collect(bytes, new CompressionStream('deflate-raw'), Infinity)
}

/** The other way round. Throws when there would be more bytes than `limit`, as soon as there are. */
export function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return collect(bytes, new DecompressionStream('deflate-raw'), limit)
}

async function collect(
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const source = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(transform)
  const reader = source.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length
    if (length > limit) {
      await reader.cancel()
      throw new RangeError('There is more than is accepted')
    }
    chunks.push(next.value)
  }
  return joinBytes(...chunks)
}
