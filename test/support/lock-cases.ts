/** What a lock of a token store has to do, whatever it is made of. */

import type { TokenStore } from '@authlib/core'
import { expect, it } from 'vitest'

export type Lock = NonNullable<TokenStore['lock']>

export interface LockCases {
  /** Locks of two processes that share a server. */
  readonly open: () => readonly [Lock, Lock]
  /** One that gives up after a second. */
  readonly impatient: () => Lock
}

export function lockCases({ open, impatient }: LockCases): void {
  it('lets one caller in at a time, from both processes', async () => {
    const locks = open()
    let inside = 0
    let most = 0
    const enter = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 2))
      inside--
    }
    await Promise.all(Array.from({ length: 20 }, (_, n) => locks[n % 2]!('alice', enter)))
    expect(most).toBe(1)
  })

  it('lets callers with other keys in at the same time', async () => {
    const [lock, other] = open()
    const answers = await lock('alice', () => Promise.all([lock('bob', async () => 1), other('carol', async () => 2)]))
    expect(answers).toEqual([1, 2])
  })

  it('is free again after an action that failed', async () => {
    const [lock, other] = open()
    const failing = lock('alice', () => Promise.reject(new Error('no answer')))
    await expect(failing).rejects.toThrow('no answer')
    expect(await other('alice', async () => 'in')).toBe('in')
  })

  it('fails when the lock is not free in time, without running the action', async () => {
    const [lock] = open()
    const late = impatient()
    let ran = false
    await lock('alice', async () => {
      const waiting = late('alice', async () => void (ran = true))
      await expect(waiting).rejects.toMatchObject({
        ...{ code: 'store_unavailable', status: 503, reason: 'The lock was not free within 1 seconds' },
      })
    })
    expect(ran).toBe(false)
    expect(await late('alice', async () => 'in')).toBe('in')
  })
}
