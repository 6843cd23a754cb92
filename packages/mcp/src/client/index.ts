export * from './auth-provider.ts'
export * from './mcp-auth.ts'
export type { KnownClient, McpAuthOptions, McpLogin, ObtainRequest, RegistrationStore } from './options.ts'
