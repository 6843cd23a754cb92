/**
 * Group commit for what is written without conditions: what is asked for while one statement is under way goes into the next
 * one. The database then waits for its disk once for all of them.
 */

import type { StoredRecord } from '@authlib/core'
import { recordName } from '@authlib/core/kit'

/** Rows that are written together, or not at all. */
export interface PutJob<Row> {
  /** A name for each row, the same for two rows that would be one in the table. */
  readonly names: readonly string[]
  readonly rows: readonly Row[]
  /** About how many bytes the rows are. */
  readonly size: number
}

/** @throws whatever `rowOf` throws */
export function putJob<Row>(
  put: readonly StoredRecord[],
  rowOf: (record: StoredRecord) => { readonly row: Row; readonly size: number },
): PutJob<Row> {
  const written = put.map(rowOf)
  return {
    names: put.map(({ partition, kind, id }) => `${partition}\0${recordName(kind, id)}`), // no name has a NUL
    rows: written.map(({ row }) => row),
    size: written.reduce((sum, { size }) => sum + size, 0),
  }
}

export interface PutGroupsOptions<Row> {
  /** Writes all rows in one statement. */
  readonly write: (rows: readonly Row[]) => Promise<unknown>
  /** Whether an error is about some of the rows. Nothing was written then, and the others may succeed without them. */
  readonly isAboutRows: (error: unknown) => boolean
}

const MOST_ROWS = 64
const MOST_BYTES = 524_288

/** Milliseconds after which a group waits for the one before it no longer: that one may be held up. */
const LONGEST_WAIT = 20

/** Returns the function that writes a job with the next group. */
export function putGroups<Row>({ write, isAboutRows }: PutGroupsOptions<Row>): (job: PutJob<Row>) => Promise<void> {
  let waiting: Waiting<Row>[] = []
  let underWay = 0
  let late: ReturnType<typeof setTimeout> | undefined

  return (job) =>
    new Promise((resolve, reject) => {
      waiting.push({ job, resolve, reject })
      if (underWay === 0) start()
      else late ??= setTimeout(start, LONGEST_WAIT)
    })

  function start(): void {
    clearTimeout(late)
    const length = groupLength(waiting)
    const group = waiting.slice(0, length)
    waiting = waiting.slice(length)
    late = waiting.length > 0 ? setTimeout(start, LONGEST_WAIT) : undefined
    underWay += 1
    void settle(group).then(() => {
      underWay -= 1
      if (underWay === 0 && waiting.length > 0) start()
    })
  }

  async function settle(group: readonly Waiting<Row>[]): Promise<void> {
    try {
      await write(group.flatMap(({ job }) => job.rows))
      for (const { resolve } of group) resolve()
    } catch (error) {
      if (group.length > 1 && isAboutRows(error)) await Promise.all(group.map((each) => settle([each])))
      else for (const { reject } of group) reject(error)
    }
  }
}

interface Waiting<Row> {
  readonly job: PutJob<Row>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** How many of those that wait go together: at least one, in their order, and no row twice. */
function groupLength(waiting: readonly Waiting<unknown>[]): number {
  const names = new Set<string>()
  let bytes = 0
  for (const [n, { job }] of waiting.entries()) {
    bytes += job.size
    const isFull = names.size + job.names.length > MOST_ROWS || bytes > MOST_BYTES
    if (n > 0 && (isFull || job.names.some((name) => names.has(name)))) return n
    for (const name of job.names) names.add(name)
  }
  return waiting.length
}
