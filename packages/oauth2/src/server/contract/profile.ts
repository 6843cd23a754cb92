/** Security profiles: what a specification demands of a server beyond what the server does by itself. */

import type { Awaitable } from '@authlib/core'
import type { Client } from './client.ts'
import type { Extension } from './extension.ts'
import type { Registrable } from './registrable.ts'
import type { Server } from './server.ts'

/** A list of rules. Make your own for `server.check`. */
export interface Profile {
  readonly name: string
  readonly rules: readonly ProfileRule[]
}

/** One rule of a profile. */
export interface ProfileRule {
  readonly id: string
  /** Where the specification says it. */
  readonly section: string
  /** Default `must`. */
  readonly level?: RuleLevel | undefined
  /** What to change in the configuration. */
  readonly fix: string
  /** What breaks the rule, in words; nothing when it is kept. */
  problem(configuration: ServerConfiguration): Awaitable<string | undefined>
}

/** Whether the specification demands it or recommends it. */
export type RuleLevel = 'must' | 'should'

/** What rules read. */
export interface ServerConfiguration {
  readonly server: Server
  /** Everything that is registered, extensions of a single grant too. */
  readonly registered: readonly Registrable[]
  /** The extensions that run for a grant: its own, and those of the whole server. */
  readonly extensionsOf: (grantType: string) => readonly Extension[]
  /** The clients of a fixed list, such as `staticClients`. Clients of a store are not read: there may be millions. */
  readonly clients: readonly Omit<Client, 'secrets'>[]
}

/** A rule that the server breaks. */
export interface Finding {
  readonly profile: string
  readonly rule: string
  readonly section: string
  readonly level: RuleLevel
  readonly problem: string
  readonly fix: string
}
