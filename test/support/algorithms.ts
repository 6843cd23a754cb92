/** Signature algorithms that this runtime lacks, as node:crypto itself says, not our code. */

import { generateKeyPairSync } from 'node:crypto'

export const missingAlgorithms: readonly string[] = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'].filter((alg) => {
  try {
    generateKeyPairSync(alg.toLowerCase() as 'ed25519') // the types are those of Node.js 22, which has none of them
    return false
  } catch {
    return true
  }
})
