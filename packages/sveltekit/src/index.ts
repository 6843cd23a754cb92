export * from './adapter.ts'
export type { EventLike } from './event.ts'
export * from './mount.ts'
export * from './protect.ts'
