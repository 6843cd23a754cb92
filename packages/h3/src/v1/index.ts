/** For h3 1, which Nitro 2 and Nuxt 4 are built on. */

export * from './adapter.ts'
export * from './event.ts'
export * from './mount.ts'
export * from './protect.ts'
