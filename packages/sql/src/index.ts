export * from './dialect.ts'
export * from './migrations.ts'
export * from './sql-store.ts'
export * from './sqlite-dialect.ts'
