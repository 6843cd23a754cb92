export * from './implicit.ts'
export * from './password.ts'
