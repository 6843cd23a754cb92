export * from './adapter.ts'
export * from './mount.ts'

export { currentToken, protect, type MountOptions, type ProtectOptions } from '@authlib/fetch'
export type { NextContext } from './request.ts'
