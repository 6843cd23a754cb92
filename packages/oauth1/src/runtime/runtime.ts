/** What differs between runtimes. `#runtime` in package.json chooses `node.ts` or `web.ts`; one suite holds them equal. */

import type { Awaitable } from '@authlib/core'

/** As Web Crypto names them. */
export type Hash = 'SHA-1' | 'SHA-256' | 'SHA-512'

/** Both runtime files export these as functions. */
export interface Runtime {
  /** The HMAC of a string as base64; key and string count as UTF-8. */
  hmac(hash: Hash, key: string, text: string): Awaitable<string>
  /** The digest as base64. */
  digest(hash: Hash, data: Uint8Array): Awaitable<string>
}
