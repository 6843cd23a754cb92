/** Password hashes: scrypt, with its cost in the text of the hash, so that it can be raised later. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** 32 MB and three passes, as the OWASP Password Storage Cheat Sheet advises. */
const COST = { N: 2 ** 15, r: 8, p: 3 }

/** NIST SP 800-63B §3.1.1.2: at least 15 characters where a password is all that is asked, and no rules on which ones. */
export const PASSWORD_LENGTH = { least: 15, most: 256 }

/** Of no password: unknown users cost as much time as known ones, so that the time does not tell who has an account. */
const NOBODY = `${COST.N}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST)
  return [COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** `hash` is undefined for an unknown user. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [N, r, p, salt = '', key = ''] = (hash ?? NOBODY).split('$')
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const derived = await derive(password, Buffer.from(salt, 'base64url'), cost)
  return timingSafeEqual(derived, Buffer.from(key, 'base64url')) && hash !== undefined
}

/** Whether the hash was made at a lower cost than is used now. */
export function isOutdated(hash: string): boolean {
  return !hash.startsWith(`${COST.N}$${COST.r}$${COST.p}$`)
}

function derive(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  const text = password.slice(0, PASSWORD_LENGTH.most).normalize('NFKC') // typed on different keyboards
  const options = { ...cost, maxmem: 256 * cost.N * cost.r }
  return new Promise((resolve, reject) => {
    scrypt(text, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
