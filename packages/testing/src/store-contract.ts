/** The store contract as a suite, for authors of stores: what every store must do. */

import { commitCases } from './store-contract/commit-cases.ts'
import type { OpenStore, StoreContractCase } from './store-contract/case.ts'
import { dataCases } from './store-contract/data-cases.ts'
import { keyCases } from './store-contract/key-cases.ts'
import { listCases } from './store-contract/list-cases.ts'
import { modelCases } from './store-contract/model-cases.ts'
import { raceCases } from './store-contract/race-cases.ts'
import { sweepCases } from './store-contract/sweep-cases.ts'
import { timeCases } from './store-contract/time-cases.ts'

export type { OpenedStore, OpenStore, StoreContractCase } from './store-contract/case.ts'

/** What vitest, jest, node:test, bun:test and the BDD module of Deno have in common. */
export interface StoreContractOptions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
  /**
   * Opens an empty store for one case. An array is several handles on the same data, such as two connections: the
   * races run across them. A store with a `close` method is closed after the case.
   */
  readonly open: OpenStore
  /** Title of the suite. Default `store contract`. */
  readonly name?: string | undefined
}

/**
 * Registers the whole suite with a test runner:
 *
 * ```ts
 * import { describe, it } from 'vitest'
 * storeContract({ describe, it, open: () => myStore() })
 * ```
 *
 * @example
 * storeContract({ describe, it, open: () => myStore() })
 */
export function storeContract({ describe, it, open, name = 'store contract' }: StoreContractOptions): void {
  describe(name, () => {
    for (const { name: sentence, run } of storeContractCases()) it(sentence, () => run(open))
  })
}

/** The cases as data, for a runner of another shape. */
export function storeContractCases(): readonly StoreContractCase[] {
  return [
    ...commitCases,
    ...timeCases,
    ...keyCases,
    ...dataCases,
    ...listCases,
    ...sweepCases,
    ...raceCases,
    ...modelCases,
  ]
}
