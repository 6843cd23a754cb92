/**
 * Nonces that a server demands in DPoP proofs, so that proofs cannot be made ahead of time.
 *
 * @spec RFC 9449 §8 §9
 */

import { assertSeconds, createMac, type Mac } from '@authlib/core/kit'

/** Makes and recognises nonces. */
export interface DpopNonces {
  /** Seconds after which the newest nonce is refused. */
  readonly lifetime: number
  /** The newest nonce. */
  current(now: number): Promise<string>
  /** `current`: the newest one; `old`: still accepted, and the answer brings a newer one. §8.2 */
  check(nonce: string, now: number): Promise<'current' | 'old' | 'refused'>
}

export interface DpopNoncesOptions {
  /** At least 32 characters each; the first signs, all are accepted. The same in every process. */
  readonly secrets: readonly string[]
  /** Seconds after which a new nonce is handed out; the one before is accepted as long again. Default 300. */
  readonly interval?: number | undefined
}

/**
 * Nonces without a store: the number of the interval, under a MAC.
 *
 * @throws AuthlibError `weak_secret`
 */
export function dpopNonces({ secrets, interval }: DpopNoncesOptions): DpopNonces {
  return macNonces(createMac({ secrets, label: 'dpop_nonce' }), interval)
}

/** The same with a MAC that is there already. */
export function macNonces(mac: Mac, interval = 300): DpopNonces {
  assertSeconds({ interval }, 1)
  const make = async (number: number): Promise<string> => `${number}.${await mac.sign(`${interval} ${number}`)}`
  let newest: { readonly number: number; readonly nonce: string } | undefined

  async function current(now: number): Promise<string> {
    const number = Math.floor(now / interval)
    if (newest?.number !== number) newest = { number, nonce: await make(number) }
    return newest.nonce
  }

  return {
    lifetime: 2 * interval,
    current,
    async check(nonce, now) {
      if (nonce === (await current(now))) return 'current'
      const [number, tag = ''] = nonce.split('.', 2)
      const latest = Math.floor(now / interval)
      // One ahead: another process whose clock is a little faster has begun the next interval.
      const age = [latest - 1, latest, latest + 1].find((value) => String(value) === number)
      if (age === undefined || !(await mac.verify(`${interval} ${age}`, tag))) return 'refused'
      return age === latest - 1 ? 'old' : 'current'
    },
  }
}
