export type { OAuth1AuthorizationRequest, OAuth1Decision } from './authorization.ts'
export {
  staticClients,
  storedClients,
  type ClientSource,
  type ClientStore,
  type RegisteredClient,
  type ShownClient,
  type StoredClientsOptions,
} from './clients.ts'
export type { OAuth1Options } from './environment.ts'
export { OAuth1Error } from './errors.ts'
export type { OAuth1Event, OAuth1EventListener } from './events.ts'
export type { OAuth1Login, OAuth1Pages, OAuth1PendingInteraction } from './interaction.ts'
export * from './oauth1-server.ts'
export * from './resource-protector.ts'
