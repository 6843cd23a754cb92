/** Settings of a Redis server under which it would lose what it has acknowledged. */

import { AuthlibError, type StoreGuarantees } from '@authlib/core'
import type { Redis } from './client.ts'

/**
 * Asks every primary.
 * @throws AuthlibError `unsafe_settings`
 */
export async function assertSafeSettings(redis: Redis, durability: StoreGuarantees['durability']): Promise<void> {
  for (const info of await redis.callAll(['INFO'])) {
    const policy = member(String(info), 'maxmemory_policy')
    if (policy !== undefined && policy !== 'noeviction') {
      throw unsafe('Redis evicts records when its memory is full: revoked tokens could be accepted again', {
        reason: `maxmemory-policy is ${policy}`,
        hint: 'Set maxmemory-policy to noeviction. Give caches a server of their own.',
      })
    }
    if (durability !== 'none' && member(String(info), 'aof_enabled') === '0') {
      throw unsafe('Redis forgets everything when it is restarted', {
        reason: 'appendonly is no',
        hint: "Set appendonly to yes, or accept the loss with durability: 'none'.",
      })
    }
  }
  if (durability !== 'full') return
  for (const answer of await redis.callAll(['CONFIG', 'GET', 'appendfsync'])) {
    const [, value] = Array.isArray(answer)
      ? (answer as readonly unknown[])
      : (Object.entries(answer as object).flat() as readonly unknown[])
    if (value === 'always') continue
    throw unsafe('Redis may lose the commits of the last second', {
      reason: `appendfsync is ${String(value)}`,
      hint: "Set appendfsync to always, or accept the loss with durability: 'recent-loss'.",
    })
  }
}

function member(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
}

function unsafe(message: string, details: { reason: string; hint: string }): AuthlibError {
  return new AuthlibError('unsafe_settings', message, details)
}
