/**
 * The OAuth 1 contract as a suite: an adapter mounts the endpoints of a server, protects routes whose bodies stay readable,
 * and carries the login of a client.
 */

import type { AdapterUnderTest, BodyParser } from '../adapter-contract/application.ts'
import type { OAuth1ContractCase } from './case.ts'
import { loginCases } from './login-cases.ts'
import { parserCases } from './parser-cases.ts'
import { protectCases } from './protect-cases.ts'
import { serverCases } from './server-cases.ts'

export type { OAuth1ContractCase } from './case.ts'

export interface OAuth1ContractOptions<Context, Answer> extends AdapterUnderTest<Context, Answer> {
  /** Those of vitest, jest, node:test, bun:test or the BDD module of Deno. */
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
  /** Title of the suite. Default `OAuth 1 contract`. */
  readonly name?: string | undefined
}

/**
 * Registers the suite with a test runner. It drives the same application as `adapterContract`, on 127.0.0.1, as if a proxy
 * in front of it ended TLS.
 *
 * @example
 * adapterContract({ describe, it, adapter, serve })
 * oauth1Contract({ describe, it, adapter, serve })
 */
export function oauth1Contract<Context, Answer>({
  describe,
  it,
  name = 'OAuth 1 contract',
  ...subject
}: OAuth1ContractOptions<Context, Answer>): void {
  describe(name, () => {
    for (const each of oauth1ContractCases(subject.parsers)) it(each.name, () => each.run(subject))
  })
}

/** The cases as data, for a runner of another shape. */
export function oauth1ContractCases(parsers: readonly BodyParser[] = []): readonly OAuth1ContractCase[] {
  return [...loginCases, ...serverCases, ...protectCases, ...parsers.flatMap(parserCases)]
}
