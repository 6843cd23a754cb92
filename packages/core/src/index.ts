/**
 * What applications and their features use. Building blocks for authors of packages are in `@authlib/core/kit`.
 *
 * Stars alone: a list of names that is used keeps every module it names in the first chunk of a bundle, and servers load what
 * stands beside `index-common` later, if at all.
 */

export * from './html.ts'
export * from './index-common.ts'
export * from './index-public-addresses.ts'
export * from './page.ts'
