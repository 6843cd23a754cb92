/** Algorithms that this runtime lacks, as node:crypto itself says, not our code; of WebCrypto the tests are told. */

import { generateKeyPairSync } from 'node:crypto'

const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number)
const hidesPadding = major > 3 || (major === 3 && minor >= 2) // OpenSSL rejects implicitly since 3.2

const missingSignatures = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'].filter((alg) => {
  try {
    generateKeyPairSync(alg.toLowerCase() as 'ed25519') // the types are those of Node.js 22, which has none of them
    return false
  } catch {
    return true
  }
})

const isWeb = process.env['TEST_RUNTIME'] === 'web'

export const missingAlgorithms: readonly string[] = [
  ...missingSignatures,
  ...(isWeb ? ['ES256K'] : []),
  ...(hidesPadding && !isWeb ? [] : ['RSA1_5']),
]
