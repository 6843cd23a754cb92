/**
 * Building blocks for authors of packages: protocols, adapters and stores. Applications need none of them. They follow the
 * same version rules as the rest.
 *
 * Stars alone, like the index: servers load `send` later.
 */

export * from './kit-common.ts'
export * from './send.ts'
