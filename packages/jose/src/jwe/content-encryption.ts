/** Content encryption of RFC 7518 §5. */

import * as runtime from '#runtime'
import type { JweEncryptionRow } from './algorithms.ts'
import type { ContentEncryption } from './implementation.ts'

/** The code behind a row of the table. */
export function standardEncryption(row: JweEncryptionRow): ContentEncryption {
  return {
    kind: 'content encryption',
    row,
    encrypt: (content) => runtime.sealContent(row, content),
    decrypt: (content) => runtime.openContent(row, content),
  }
}
