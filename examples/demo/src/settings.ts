/** The settings of the demo, from environment variables. */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Settings {
  /** 0 lets the system choose. */
  readonly ports: { readonly provider: number; readonly client: number; readonly api: number }
  /** A SQLite file, or the URL of a PostgreSQL, MySQL, MariaDB or Redis server. */
  readonly database: string
  /** The file of the secrets. */
  readonly secrets: string
  /** A JSON file of further clients. */
  readonly clients: string | undefined
  /** Where the world reaches the provider, such as behind a TLS proxy. Undefined: at its port. */
  readonly issuer: string | undefined
  /** Another provider for the client, where it is registered. Undefined: the demo's own. */
  readonly otherProvider: OtherProvider | undefined
}

/** A client at a provider that is not part of the demo. */
export interface OtherProvider {
  readonly issuer: string
  readonly clientId: string
  /** None for a public client. */
  readonly clientSecret: string | undefined
  readonly scope: readonly string[]
}

/** A mistake in the settings: the message says what to correct, and no stack trace helps. */
export class SetupError extends Error {}

/** @throws SetupError */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const file = (path: string): string => resolve(env['INIT_CWD'] ?? '', path) // where npm or pnpm was called
  const { AUTHLIB_DATABASE: database, AUTHLIB_CLIENTS: clients, AUTHLIB_ISSUER: issuer } = env
  const beside = fileURLToPath(new URL('../demo.db', import.meta.url))
  const isUrl = database !== undefined && /^[a-z]+:\/\//.test(database)
  const path = database && !isUrl ? file(database) : beside
  return {
    ports: {
      provider: readPort(env, 'AUTHLIB_PROVIDER_PORT', 4000),
      client: readPort(env, 'AUTHLIB_CLIENT_PORT', 4001),
      api: readPort(env, 'AUTHLIB_API_PORT', 4002),
    },
    database: isUrl ? database : path,
    secrets: `${path}.secrets.json`,
    clients: clients ? file(clients) : undefined,
    issuer: issuer ? readIssuer(issuer) : undefined,
    otherProvider: readOtherProvider(env),
  }
}

/** @throws SetupError */
export function readPort(env: NodeJS.ProcessEnv, variable: string, fallback: number): number {
  const text = env[variable]
  if (!text) return fallback
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new SetupError(`${variable} is not a port: ${text}`)
}

/** @throws SetupError */
export function readIssuer(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text
  throw new SetupError(`AUTHLIB_ISSUER is not a URL of scheme and host, such as https://demo.example: ${text}`)
}

/** @throws SetupError */
function readOtherProvider(env: NodeJS.ProcessEnv): OtherProvider | undefined {
  const { AUTHLIB_CLIENT_ISSUER: issuer, AUTHLIB_CLIENT_ID: clientId, AUTHLIB_CLIENT_SECRET: secret } = env
  const { AUTHLIB_CLIENT_SCOPE: scope = 'openid profile email' } = env
  if (!issuer) return undefined
  if (!clientId) throw new SetupError('AUTHLIB_CLIENT_ISSUER needs AUTHLIB_CLIENT_ID, the id of the client there')
  const words = scope.split(' ').filter((word) => word !== '')
  return { issuer, clientId, clientSecret: secret === '' ? undefined : secret, scope: words }
}
