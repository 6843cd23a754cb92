/** Group commit: what is asked for in one turn of the event loop is written in one transaction, with one fsync. */

export interface GroupCommit<Job, Outcome> {
  /** Adds the job to the next group. */
  add(job: Job): Promise<Outcome>
  /** Writes at once what waits, without another attempt. */
  flush(): void
}

export interface GroupCommitOptions<Job, Outcome> {
  /** Does the jobs in order and answers for each. When it throws, nothing of any of them has been done. */
  readonly write: (jobs: readonly Job[]) => readonly Outcome[]
  /** Whether an error means that another attempt may do better. */
  readonly isBusy: (error: unknown) => boolean
  /** How long a group is tried again while others are busy writing, in seconds. */
  readonly patience: number
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

  /** Whoever arrives while the group is kept waiting goes with it. */
  function attempt(deadline: number, pause = 1): void {
    const group = waiting
    try {
      const outcomes = group.length > 0 ? write(group.map(({ job }) => job)) : []
      group.forEach(({ resolve }, n) => resolve(outcomes[n]!))
    } catch (error) {
      if (isBusy(error) && performance.now() < deadline) {
        setTimeout(attempt, pause, deadline, Math.min(2 * pause, LONGEST_PAUSE))
        return
      }
      for (const { reject } of group) reject(error)
    }
    waiting = []
    scheduled = false
  }
}

const LONGEST_PAUSE = 8 // milliseconds

interface Waiting<Job, Outcome> {
  readonly job: Job
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}
