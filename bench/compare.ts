/** Runs contenders by turns in one process, so that a noisy machine is noisy for all, and compares them round by round. */

export type Contender = readonly [name: string, run: () => unknown]

export interface Result {
  readonly name: string
  /** Operations per second, median of the rounds. */
  readonly rate: number
  /** Rate relative to the first contender, median of the rounds. */
  readonly ratio: number
  /** Microseconds of processor time per operation, all threads together, median of the rounds: steadier on a busy machine. */
  readonly cpu: number
}

export interface CompareOptions {
  /** Calls that are under way at a time. Default 1. */
  readonly inFlight?: number
  /** Default 41; with several in flight 15. */
  readonly rounds?: number
  /** Milliseconds of each contender in each round. Default 15; with several in flight 60, so that starting and ending count little. */
  readonly slice?: number
}

interface Sample {
  readonly rate: number
  readonly cpu: number
}

/** The first contender is the measure. */
export async function compare(
  contenders: readonly Contender[],
  { inFlight = 1, rounds = inFlight === 1 ? 41 : 15, slice = inFlight === 1 ? 15 : 60 }: CompareOptions = {},
): Promise<Result[]> {
  const samples = contenders.map((): Sample[] => [])
  for (const [, run] of contenders) await measure(run, inFlight, slice)
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round) % contenders.length
      const contender = contenders[index]
      if (contender) samples[index]?.push(await measure(contender[1], inFlight, slice))
    }
  }
  return contenders.map(([name], index) => {
    const own = samples[index] ?? []
    const ratios = own.map(({ rate }, round) => rate / (samples[0]?.[round]?.rate ?? Number.NaN))
    return {
      name,
      rate: median(own.map(({ rate }) => rate)),
      ratio: median(ratios),
      cpu: median(own.map(({ cpu }) => cpu)),
    }
  })
}

/** A table in Markdown. */
export function formatTable(title: string, results: readonly Result[]): string {
  const rows = results.map(
    ({ name, rate, ratio, cpu }) =>
      `| ${name} | ${Math.round(rate).toLocaleString('en')} | ${ratio.toFixed(2)} | ${cpu.toFixed(1)} |`,
  )
  return [`| ${title} | ops/s | ratio | CPU µs |`, '|---|---:|---:|---:|', ...rows, ''].join('\n')
}

async function measure(run: () => unknown, inFlight: number, slice: number): Promise<Sample> {
  const before = process.cpuUsage()
  const start = performance.now()
  const end = start + slice
  let count = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      await run()
      count++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  const { user, system } = process.cpuUsage(before)
  return { rate: (count * 1000) / (performance.now() - start), cpu: (user + system) / count }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
