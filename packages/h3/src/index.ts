/** For h3 2, which Nitro 3 is built on. For h3 1 (Nitro 2, Nuxt 4) see `@authlib/h3/v1`. */

export * from './adapter.ts'
export * from './mount.ts'
export * from './protect.ts'
