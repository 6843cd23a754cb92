/**
 * An API over HTTP that verifies the token of every request: throughput, CPU time, and by how much the event loop is late.
 * Contenders by turns in one run. `node --conditions=@authlib/source bench/http/verify.ts [alg …]`
 */

import { generateKey, signJwt } from '@authlib/jose'
import { claims } from '../token.ts'
import { type Effort, effortOf, median, Subject } from './load.ts'

const algorithms = process.argv.length > 2 ? process.argv.slice(2) : ['RS256', 'ES256', 'EdDSA']
const ROUNDS = Number(process.env['ROUNDS'] ?? 11)
const LANES = 64
const REQUESTS = 3000

for (const alg of algorithms) {
  const key = await generateKey(alg)
  const authorization = `Bearer ${await signJwt(claims, key)}`
  const jwk = JSON.stringify(key.publicJwk())
  const names = ['no token', 'authlib', 'authlib with a cache', 'fast-jwt', 'jose']
  const subjects = await Promise.all(names.map((name) => Subject.start(name, 'verify', [name, jwk])))
  const efforts = new Map<Subject, Effort[]>(subjects.map((subject) => [subject, []]))
  for (let round = -2; round < ROUNDS; round++) {
    for (const [subject, own] of efforts) {
      const call = async (): Promise<void> => {
        const { status } = await subject.request('GET', '/', { headers: { authorization } })
        if (status !== 200) throw new Error(`${subject.name}: ${status}`)
      }
      const effort = await effortOf(subject, call, { times: REQUESTS, lanes: LANES })
      if (round >= 0) own.push(effort) // the rounds before warm up
    }
  }
  for (const subject of subjects) subject.stop()
  print(alg, efforts)
}

function print(alg: string, efforts: ReadonlyMap<Subject, readonly Effort[]>): void {
  console.log(`\n${alg} (${ROUNDS} rounds, interleaved, ${LANES} in flight)\n`)
  console.log('| API | requests/s | CPU µs | loop late, median µs | 99th percentile µs |')
  console.log('| --- | ---: | ---: | ---: | ---: |')
  for (const [subject, own] of efforts) {
    const of = (figure: (effort: Effort) => number): string => median(own.map(figure)).toFixed(0)
    const cells = [
      of(({ rate }) => rate),
      of(({ cpu }) => cpu),
      of(({ delay }) => delay.p50),
      of(({ delay }) => delay.p99),
    ]
    console.log(`| ${subject.name} | ${cells.join(' | ')} |`)
  }
}
