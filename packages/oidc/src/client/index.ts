export * from './oidc.ts'
export * from './openid-client.ts'
