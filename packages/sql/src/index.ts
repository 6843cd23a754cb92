export * from './shared/migrations.ts'
export { sqliteMigrations } from './sqlite/migrations.ts'
