export * from './claims.ts'
export * from './hashes.ts'
export * from './metadata.ts'
export * from './scopes.ts'
