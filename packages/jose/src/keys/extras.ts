/** What a key may have beyond the library and the runtime. In a file of its own, so that programs without it do not load it. */

import { findJwsRow, type JwsRow } from '../algorithms.ts'
import type { Jwk } from './jwk.ts'
import type { Signer } from '../runtime/types.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

/** Signs with private material that is elsewhere. */
export interface Custody {
  prepareSigner(row: JwsRow): Signer
}

export interface KeyExtras {
  readonly implementations: readonly SignatureAlgorithm[]
  /** Where the private half is, if not in the material. */
  readonly custody: Custody | undefined
  /** Works out what the private half leaves out, when it is asked for. */
  readonly complete: ((jwk: Jwk) => Jwk) | undefined
  /** The row of an algorithm of the table, or one that was passed in. */
  readonly findRow: typeof findJwsRow
  /** The code that was passed in for a row. */
  findCode(row: JwsRow): SignatureAlgorithm | undefined
}

/** Throws a `TypeError` when a name would mean two things. */
export function keyExtras(
  implementations: readonly SignatureAlgorithm[],
  { custody, complete }: Partial<Pick<KeyExtras, 'custody' | 'complete'>> = {},
): KeyExtras {
  const names = implementations.map(({ row }) => row.alg)
  if (new Set(names).size !== names.length) throw new TypeError('An algorithm is passed twice')
  return {
    implementations,
    custody,
    complete,
    findRow: (alg, crv) => findJwsRow(alg, crv) ?? implementations.find(({ row }) => row.alg === alg)?.row ?? null,
    findCode: (row) => implementations.find((algorithm) => algorithm.serves(row)),
  }
}
