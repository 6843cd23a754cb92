/** The settings, from environment variables. `.env.example` explains them. */

export interface Settings {
  readonly issuer: string
  readonly port: number
  /** A SQLite file, or the URL of a PostgreSQL server. */
  readonly database: string
  readonly secrets: readonly string[]
  readonly application: { readonly url: string; readonly secret: string }
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const { ISSUER = 'http://localhost:4000', APP_URL = 'http://localhost:3000', DATABASE = 'accounts.db', PORT } = env
  const { port, protocol } = new URL(ISSUER)
  return {
    issuer: ISSUER,
    port: Number(PORT ?? (port || (protocol === 'https:' ? '443' : '80'))),
    database: DATABASE,
    secrets: [env['AUTH_SECRET'] ?? ''],
    application: { url: APP_URL, secret: env['CLIENT_SECRET'] ?? '' },
  }
}
