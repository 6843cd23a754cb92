/**
 * CPU time of a request to a route behind `protect`, whose token is in the cache, against the same route without it.
 * Frameworks by turns in one run. `node --conditions=@authlib/source bench/http/adapters.ts [framework …]`
 */

import { effortOf, median, Subject } from './load.ts'

const frameworks = process.argv.length > 2 ? process.argv.slice(2) : ['node:http', 'Express', 'Koa', 'Fastify', 'h3']
const ROUNDS = Number(process.env['ROUNDS'] ?? 11)
const LANES = 32
const REQUESTS = 2000
const headers = { authorization: 'Bearer a-token-that-is-as-long-as-opaque-tokens-of-ours-are' }

console.log('| framework | open, CPU µs | protected, CPU µs | ratio, median |')
console.log('| --- | ---: | ---: | ---: |')
for (const framework of frameworks) {
  const open = await Subject.start(`${framework}, open`, 'framework', [framework, 'open'])
  const guarded = await Subject.start(`${framework}, protected`, 'framework', [framework, 'protected'])
  const pairs: (readonly [open: number, guarded: number])[] = []
  for (let round = -3; round < ROUNDS; round++) {
    const pair = [await cpuOf(open), await cpuOf(guarded)] as const
    if (round >= 0) pairs.push(pair) // the rounds before warm up
  }
  for (const subject of [open, guarded]) subject.stop()
  const [bare, ours] = [median(pairs.map(([first]) => first)), median(pairs.map(([, second]) => second))]
  const ratio = median(pairs.map(([first, second]) => second / first))
  console.log(`| ${framework} | ${bare.toFixed(0)} | ${ours.toFixed(0)} | ${ratio.toFixed(2)} |`)
}

async function cpuOf(subject: Subject): Promise<number> {
  const call = async (): Promise<void> => {
    const { status } = await subject.request('GET', '/notes', { headers })
    if (status !== 200) throw new Error(`${subject.name}: ${status}`)
  }
  return (await effortOf(subject, call, { times: REQUESTS, lanes: LANES })).cpu
}
