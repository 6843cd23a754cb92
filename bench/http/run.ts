/**
 * CPU time of a server per request, over HTTP, against bare node:http and oidc-provider in the same run.
 *
 *     node --conditions=@authlib/source bench/http/run.ts
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Browser, effortOf, median, Subject } from './load.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 15)
const LANES = 32
const REQUESTS = 3000
const folder = mkdtempSync(join(tmpdir(), 'authlib-bench-'))

const bare = await Subject.start('bare node:http', 'bare')
const memory = await Subject.start('Authlib, memory', 'ours', ['memory'])
const sqlite = await Subject.start('Authlib, SQLite, synchronous=full', 'ours', [join(folder, 'bench.db')])
const peer = await Subject.start('oidc-provider, memory, no hashing', 'oidc-provider')
const subjects = [bare, memory, sqlite, peer]

try {
  await table('POST /token, client_credentials', 1, (subject) => () => subject.clientCredentials())

  const browsers = new Map<Subject, readonly Browser[]>()
  for (const subject of [memory, sqlite, peer]) browsers.set(subject, await logins(subject))
  await table('GET /authorize and POST /token, somebody who is logged in', 2, (subject) => {
    const lanes = browsers.get(subject)
    return async (lane) => {
      if (lanes) return lanes[lane]?.codeFlow()
      for (let i = 0; i < 2; i++) await subject.clientCredentials() // two requests a flow stand against two bare ones
    }
  })
} finally {
  for (const subject of subjects) subject.stop()
  rmSync(folder, { recursive: true })
}

async function logins(subject: Subject): Promise<Browser[]> {
  const all: Browser[] = []
  while (all.length < LANES) all.push(await Browser.login(subject, subject === peer ? '/auth' : '/authorize'))
  return all
}

async function table(
  title: string,
  requests: number,
  work: (subject: Subject) => (lane: number) => Promise<void>,
): Promise<void> {
  const figures = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]))
  for (let round = -3; round < ROUNDS; round++) {
    for (const [subject, cpu] of figures) {
      const effort = await effortOf(subject, work(subject), { times: REQUESTS / requests, lanes: LANES })
      if (round >= 0) cpu.push(effort.cpu) // the rounds before warm up
    }
  }
  const floor = figures.get(bare) ?? []
  console.log(`\n${title} (${ROUNDS} rounds, interleaved, ${LANES} in flight)\n`)
  console.log('| server | CPU µs, median | against bare node:http |')
  console.log('| --- | ---: | ---: |')
  for (const [subject, cpu] of figures) {
    const ratios = cpu.map((value, round) => value / (floor[round] ?? Number.NaN))
    console.log(`| ${subject.name} | ${median(cpu).toFixed(0)} | ${median(ratios).toFixed(2)} |`)
  }
}
