/** What differs between runtimes. `#runtime` in package.json chooses `node.ts` or `web.ts`; one suite holds them equal. */

/** As Web Crypto names them. */
export type Hash = 'SHA-1' | 'SHA-256' | 'SHA-512'
