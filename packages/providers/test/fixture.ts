/** Fixtures: what a provider is asked and answers in one login, made by hand from its documentation. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request, and what it is answered. */
export interface Exchange {
  readonly url: string
  /** Default GET. */
  readonly method?: string
  /** Default: the access token as Bearer. Null: no such header. */
  readonly bearer?: null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly json?: unknown
  readonly response: unknown
}

export interface Fixture {
  readonly source: string
  readonly options?: Readonly<Record<string, unknown>>
  /** Names of parameters at the authorization endpoint that differ. */
  readonly names?: Readonly<Record<string, string>>
  readonly fragment?: string
  readonly authorization: {
    readonly url: string
    readonly pkce: 'S256' | 'plain' | 'none'
    readonly params: Readonly<Record<string, string>>
  }
  readonly callback?: Readonly<Record<string, string>>
  readonly token: {
    readonly url: string
    readonly auth: 'basic' | 'post' | 'none'
    readonly encoding?: 'form' | 'json' | 'query'
    readonly headers?: Readonly<Record<string, string>>
    readonly params?: Readonly<Record<string, string>>
    readonly names?: Readonly<Record<string, string>>
    readonly response: Readonly<Record<string, unknown>>
  }
  readonly api: readonly Exchange[]
  readonly profile: Readonly<Record<string, unknown>>
  /** What is special about the token. `lifetime` null: it does not end. */
  readonly expected?: {
    readonly scope?: readonly string[]
    readonly lifetime?: number | null
    readonly extra?: Readonly<Record<string, unknown>>
  }
  /** A code that the provider refuses, and the error that a user of the client sees. */
  readonly refused?: {
    readonly status: number
    readonly response: unknown
    readonly code: string
    readonly reason: string
  }
  /** What `offline: true` adds to the authorization request. */
  readonly offline?: Readonly<Record<string, string>>
  readonly refresh?: {
    readonly url?: string
    readonly auth?: 'none'
    readonly params?: Readonly<Record<string, string>>
    readonly response: Readonly<Record<string, unknown>>
    readonly extra?: Readonly<Record<string, unknown>>
  }
}

const folder = join(import.meta.dirname, 'fixtures')

/** By the name of the preset. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map(
  readdirSync(folder).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture, // ours: the tests would show a wrong one
  ]),
)
