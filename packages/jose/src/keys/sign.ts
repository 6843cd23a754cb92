/** Signing with a key. What it takes is prepared once per key and algorithm. */

import type { Awaitable } from '@authlib/core'
import { prepareSigner, prepareVerifier } from '#runtime'
import { invalidKey, materialOf } from './jwk.ts'
import type { Signer, SigningInput, Verifier } from '../runtime/types.ts'
import type { Key } from './key.ts'
import { withFactors } from './rsa-factors.ts'

/** Named one by one, so that a bundle has nothing else of the runtime. */
const native = { prepareSigner, prepareVerifier }

const signers = /* @__PURE__ */ new WeakMap<Key, Map<string, Signer>>()
const preparing = /* @__PURE__ */ new WeakMap<Key, Map<string, Promise<Signer>>>()

/** Signs, and returns the signature in base64url. Rejects with `invalid_key` when the key is not for it. */
export function sign(key: Key, alg: string, input: SigningInput): Awaitable<string> {
  const signer = signers.get(key)?.get(alg)
  return signer === undefined ? prepareOnce(key, alg).then((prepared) => prepared(input)) : signer(input)
}

/** Many first signatures at once share one preparation: a service bills each call. A failure is not kept. */
function prepareOnce(key: Key, alg: string): Promise<Signer> {
  const pending = preparing.get(key) ?? new Map<string, Promise<Signer>>()
  preparing.set(key, pending)
  const known = pending.get(alg)
  if (known !== undefined) return known
  const started = prepare(key, alg).finally(() => pending.delete(alg))
  pending.set(alg, started)
  return started
}

async function prepare(key: Key, alg: string): Promise<Signer> {
  const row = key.require(alg, 'sign')
  const code = key.extras?.findCode(row) ?? native
  const signer =
    key.extras?.custody?.prepareSigner(row) ??
    (await code.prepareSigner(row, withFactors(materialOf(key.privateJwk()))))
  if (key.kty !== 'oct') await checkPair(signer, await code.prepareVerifier(row, materialOf(key.publicJwk())))
  signers.set(key, (signers.get(key) ?? new Map<string, Signer>()).set(alg, signer))
  return signer
}

/** Once per key: signatures that the published half does not verify help no one. */
async function checkPair(signer: Signer, verifier: Verifier): Promise<void> {
  if (!(await verifier('pair', await signer('pair')))) throw invalidKey('the two halves do not belong together')
}
