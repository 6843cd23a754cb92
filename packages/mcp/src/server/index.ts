export * from './auth-info.ts'
export * from './mcp-authorization.ts'
export * from './mcp-resource.ts'
