export * from './claims.ts'
export * from './hashes.ts'
