export * from './adapter.ts'
export * from './mount.ts'
export * from './protect.ts'
export { honoRequest, type HonoRequestOptions } from './request.ts'
