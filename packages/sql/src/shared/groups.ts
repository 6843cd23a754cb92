/**
 * What is asked of the database while a few wait for its answer goes into the next statement. A server at work then pays for
 * one round trip, and one wait for the disk, where it would pay for many; one at rest waits for nothing.
 */

/** What one caller wants. */
export interface Job {
  /** Names that only one job of a group may have. */
  readonly names: readonly string[]
  /** How many rows it is about. */
  readonly rows: number
  /** About how many bytes it is. */
  readonly size: number
}

export interface GroupsOptions<J extends Job, Answer> {
  /** Does all jobs in one statement, and returns the answer to each. */
  readonly run: (jobs: readonly J[]) => Promise<readonly Answer[]>
  /** Whether an error is about some of the jobs. Nothing was done then, and the others may succeed without them. */
  readonly isAboutSome: (error: unknown) => boolean
  /** Milliseconds after which a group waits no longer for those before it: they may be held up. */
  readonly longestWait: number
}

const MOST_ROWS = 64
const MOST_BYTES = 524_288

/** So many wait for an answer before others have to gather: a few callers would only wait for each other by turns. */
const FEW = 4

/** Returns the function that does a job with the next group. A job that comes later than a statement never goes with it. */
export function grouped<J extends Job, Answer>({
  run,
  isAboutSome,
  longestWait,
}: GroupsOptions<J, Answer>): (job: J) => Promise<Answer> {
  let waiting: Waiting<J, Answer>[] = []
  let unanswered = 0
  let late: ReturnType<typeof setTimeout> | undefined

  return (job) =>
    new Promise((resolve, reject) => {
      waiting.push({ job, resolve, reject })
      if (unanswered < FEW) start()
      else late ??= setTimeout(start, longestWait)
    })

  function start(): void {
    clearTimeout(late)
    const { group, rest } = nextGroup(waiting)
    waiting = rest
    late = waiting.length > 0 ? setTimeout(start, longestWait) : undefined
    unanswered += group.length
    void settle(group).then(() => {
      unanswered -= group.length
      if (unanswered < FEW && waiting.length > 0) start()
    })
  }

  async function settle(group: readonly Waiting<J, Answer>[]): Promise<void> {
    try {
      const answers = await run(group.map(({ job }) => job))
      for (const [n, { resolve }] of group.entries()) resolve(answers[n] as Answer) // sound: one for each
    } catch (error) {
      if (group.length > 1 && isAboutSome(error)) await Promise.all(group.map((each) => settle([each])))
      else for (const { reject } of group) reject(error)
    }
  }
}

interface Waiting<J, Answer> {
  readonly job: J
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Those that go together, at least one. Jobs that share a name keep their order, and nobody else waits for them. */
function nextGroup<Each extends { readonly job: Job }>(waiting: readonly Each[]): { group: Each[]; rest: Each[] } {
  const [group, rest]: [Each[], Each[]] = [[], []]
  const names = new Set<string>()
  let [rows, bytes] = [0, 0]
  for (const each of waiting) {
    const { job } = each
    const fits = rows + job.rows <= MOST_ROWS && bytes + job.size <= MOST_BYTES
    const goes = group.length === 0 || (fits && !job.names.some((name) => names.has(name)))
    for (const name of job.names) names.add(name) // also of one that stays: no later one overtakes it
    if (goes) [rows, bytes] = [rows + job.rows, bytes + job.size]
    ;(goes ? group : rest).push(each)
  }
  return { group, rest }
}
