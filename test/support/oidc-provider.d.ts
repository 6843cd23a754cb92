/** What we use of oidc-provider, which ships no types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): RequestListener
    readonly AccessToken: { find(value: string): Promise<{ destroy(): Promise<void> } | undefined> }
  }
  export default Provider

  export const errors: { readonly AccessDenied: new () => Error }

  export interface Configuration {
    readonly clients: readonly object[]
    readonly findAccount?: (context: unknown, id: string) => object
    readonly [option: string]: unknown
  }
}
