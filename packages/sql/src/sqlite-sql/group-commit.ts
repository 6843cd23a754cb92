/** Group commit: what is asked for in one turn of the event loop is written in one transaction, with one fsync. */

export interface GroupCommit<Job, Outcome> {
  /** Adds the job to the next group. */
  add(job: Job): Promise<Outcome>
  /** Writes at once what waits, without another attempt. */
  flush(): void
}

export interface GroupCommitOptions<Job, Outcome> {
  /**
   * Does the jobs in order and returns the outcome of each. When it throws, nothing of any of them has been done; it throws
   * {@link Undone} when that is certain and only some of the jobs are to blame, so that each is tried alone.
   */
  readonly write: (jobs: readonly Job[]) => readonly Outcome[]
  /** Whether an error means that another attempt may succeed. */
  readonly isBusy: (error: unknown) => boolean
  /** How long a group is tried again while others are busy writing, in seconds. */
  readonly patience: number
}

/** A group failed, and nothing of it was written. */
export class Undone extends Error {
  constructor(cause: unknown) {
    super('The group was rolled back', { cause })
  }
}

export function groupCommit<Job, Outcome>({
  write,
  isBusy,
  patience,
}: GroupCommitOptions<Job, Outcome>): GroupCommit<Job, Outcome> {
  let waiting: Waiting<Job, Outcome>[] = []
  let scheduled = false

  return {
    add(job) {
      return new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject })
        if (scheduled) return
        scheduled = true
        // Not a microtask: Node drains those after each callback of a socket, and every group would be one job.
        setImmediate(attempt, performance.now() + patience * 1000)
      })
    },
    flush() {
      attempt(0)
    },
  }

  /** Jobs that arrive while the group is kept waiting go with it. */
  function attempt(deadline: number, pause = 1): void {
    const group = waiting
    waiting = settle(group, deadline)
    scheduled = waiting.length > 0
    if (scheduled) setTimeout(attempt, pause, deadline, Math.min(2 * pause, LONGEST_PAUSE))
  }

  /** Returns those that must wait because others are busy. */
  function settle(group: Waiting<Job, Outcome>[], deadline: number): Waiting<Job, Outcome>[] {
    if (group.length === 0) return group
    try {
      const outcomes = write(group.map(({ job }) => job))
      group.forEach(({ resolve }, n) => resolve(outcomes[n]!))
      return []
    } catch (error) {
      if (isBusy(error) && performance.now() < deadline) return group
      if (error instanceof Undone && group.length > 1) return group.flatMap((each) => settle([each], deadline))
      for (const { reject } of group) reject(error instanceof Undone ? error.cause : error)
      return []
    }
  }
}

const LONGEST_PAUSE = 8 // milliseconds

interface Waiting<Job, Outcome> {
  readonly job: Job
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}
