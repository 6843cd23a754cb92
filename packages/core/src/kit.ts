/**
 * Building blocks for authors of packages: protocols, adapters and stores. Applications need none of them. They follow the
 * same version rules as the rest.
 *
 * Stars alone, of values, like the index.
 */

export * from './acquire.ts'
export * from './api-fetch.ts'
export * from './attempts.ts'
export * from './authorization-header.ts'
export * from './body.ts'
export * from './challenges.ts'
export * from './cors.ts'
export * from './digest.ts'
export * from './encoding.ts'
export * from './frozen-copy.ts'
export * from './json-shapes.ts'
export * from './kit-names.ts'
export * from './mount.ts'
export * from './option-types.ts'
export * from './parsed-body.ts'
export * from './recent-map.ts'
export * from './seal.ts'
export * from './secure-transport.ts'
export * from './send.ts'
export * from './sendable.ts'
export * from './store-rules.ts'
export * from './unchecked-cookie.ts'
export * from './unknown-options.ts'
