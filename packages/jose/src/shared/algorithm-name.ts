/** Types of options that name algorithms: editors offer those of the tables, and any text may be passed on. */

import type { JwsAlgorithm } from '../algorithms.ts'
import type { JweAlgorithm, JweEncryption } from '../jwe/algorithms.ts'

/** A string, beside the literals that an editor offers. */
type AnyName = string & Record<never, never>

/** Of a signature, such as `ES256`. */
export type JwsAlgorithmName = JwsAlgorithm | AnyName

/** Of key management, such as `ECDH-ES+A256KW`. */
export type JweAlgorithmName = JweAlgorithm | AnyName

/** Of content encryption, such as `A256GCM`. */
export type JweEncryptionName = JweEncryption | AnyName

/** What a key may be for. */
export type AlgorithmName = JwsAlgorithmName | JweAlgorithmName | JweEncryptionName
