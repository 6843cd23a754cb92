/** The adapter contract as a suite: what `mount`, `protect` and the `Adapter` object of every framework must do. */

import type { AdapterUnderTest, BodyParser } from './adapter-contract/application.ts'
import { bodyCases } from './adapter-contract/body-cases.ts'
import { browserCases, type ContractBrowser } from './adapter-contract/browser-cases.ts'
import type { AdapterContractCase } from './adapter-contract/case.ts'
import { connectionCases } from './adapter-contract/connection-cases.ts'
import { http2Cases } from './adapter-contract/http2-cases.ts'
import { loginCases } from './adapter-contract/login-cases.ts'
import { mountCases } from './adapter-contract/mount-cases.ts'
import { parserCases } from './adapter-contract/parser-cases.ts'
import { protectCases } from './adapter-contract/protect-cases.ts'
import { proxyCases } from './adapter-contract/proxy-cases.ts'
import { streamCases } from './adapter-contract/stream-cases.ts'

export type { AdapterUnderTest, BodyParser, ContractApplication, Deviation } from './adapter-contract/application.ts'
export type { ContractBrowser } from './adapter-contract/browser-cases.ts'
export type { AdapterContractCase } from './adapter-contract/case.ts'

export interface AdapterContractOptions<Context, Answer> extends AdapterUnderTest<Context, Answer> {
  /** Those of vitest, jest, node:test, bun:test or the BDD module of Deno. */
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
  /** Title of the suite. Default `adapter contract`. */
  readonly name?: string | undefined
}

/** Registers the suite with a test runner. It starts servers on 127.0.0.1 and talks to them over HTTP. */
export function adapterContract<Context, Answer>({
  describe,
  it,
  name = 'adapter contract',
  ...subject
}: AdapterContractOptions<Context, Answer>): void {
  describe(name, () => {
    for (const each of adapterContractCases(subject.parsers, subject.serveHttp2 !== undefined))
      it(each.name, () => each.run(subject))
  })
}

/** The cases as data, for a runner of another shape. */
export function adapterContractCases(
  parsers: readonly BodyParser[] = [],
  http2 = false,
): readonly AdapterContractCase[] {
  return [
    ...mountCases,
    ...bodyCases,
    ...protectCases,
    ...loginCases,
    ...streamCases,
    ...connectionCases,
    ...proxyCases,
    ...parsers.flatMap(parserCases),
    ...(http2 ? http2Cases : []),
  ]
}

export interface AdapterBrowserContractOptions<Context, Answer> extends AdapterContractOptions<Context, Answer> {
  /** Opens a browser for one case. It is closed after the case. */
  readonly openBrowser: () => Promise<ContractBrowser & { close(): Promise<void> }>
}

/** Registers the cases that need a real browser: the rules for cookies across sites. */
export function adapterBrowserContract<Context, Answer>({
  describe,
  it,
  openBrowser,
  name = 'adapter contract in a browser',
  ...subject
}: AdapterBrowserContractOptions<Context, Answer>): void {
  describe(name, () => {
    for (const each of browserCases) {
      it(each.name, async () => {
        const browser = await openBrowser()
        try {
          await each.run(subject, browser)
        } finally {
          await browser.close()
        }
      })
    }
  })
}
