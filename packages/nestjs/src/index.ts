export * from './adapter.ts'
export * from './module.ts'
export * from './protect.ts'
