export * from './adapter.ts'
export * from './mount.ts'
export * from './protect.ts'
export type { ElysiaContext } from './request.ts'
