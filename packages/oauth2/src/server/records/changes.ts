/** Joining what several features want written into the one batch. */

import type { Batch } from '@authlib/core'
import type { Changes } from '../contract/plans.ts'

export function joinChanges(...parts: readonly (Changes | undefined)[]): Changes {
  const given = parts.filter((part) => part !== undefined)
  if (given.length < 2) return given[0] ?? {}
  return {
    expect: parts.flatMap((part) => part?.expect ?? []),
    put: parts.flatMap((part) => part?.put ?? []),
    remove: parts.flatMap((part) => part?.remove ?? []),
  }
}

export function batchOf(partition: string, now: number, { expect = [], put = [], remove = [] }: Changes): Batch {
  return { partition, now, expect, put, remove }
}
