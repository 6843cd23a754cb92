/**
 * CPU time of an OpenID provider for a whole login, a login of someone who is known, and userinfo, against oidc-provider and
 * bare node:http, in one run.
 *
 *     node --conditions=@authlib/source bench/http/openid.ts
 */

import { Browser, effortOf, median, Subject } from './load.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 15)
const LANES = 32
const REQUESTS = Number(process.env['REQUESTS'] ?? 1000)
const SCOPE = 'openid profile'

type Work = (lane: number) => Promise<unknown>

const bare = await Subject.start('bare node:http', 'bare')
const isPeer = ({ name }: Subject): boolean => name.startsWith('oidc')
const authorizePath = (subject: Subject): string => (isPeer(subject) ? '/auth' : '/authorize')

try {
  for (const alg of ['ES256', 'RS256']) {
    const subjects = [
      await Subject.start('Authlib, memory', 'ours-openid', [alg]),
      await Subject.start('oidc-provider, memory, no hashing', 'oidc-provider-openid', [alg]),
    ]
    try {
      await tables(alg, subjects)
    } finally {
      for (const subject of subjects) subject.stop()
    }
  }
} finally {
  bare.stop()
}

async function tables(alg: string, subjects: readonly Subject[]): Promise<void> {
  const browsers = new Map<Subject, readonly Browser[]>()
  for (const subject of subjects) {
    const all: Browser[] = []
    while (all.length < LANES) all.push(await Browser.login(subject, authorizePath(subject), SCOPE))
    browsers.set(subject, all)
  }
  await table(`A code flow of someone who is logged in, with an ID Token (${alg})`, 2, subjects, (subject) => {
    const lanes = browsers.get(subject)
    return async (lane) => lanes?.[lane]?.codeFlow()
  })
  if (alg !== 'ES256') return // what follows signs nothing more
  await table('A whole login: two pages, the code and its tokens', 6, subjects, (subject) => {
    return () => Browser.wholeLogin(subject, authorizePath(subject), SCOPE)
  })
  const tokens = new Map<Subject, string>() // of new logins: the peer forgets the oldest
  for (const subject of subjects) {
    const fresh = await Browser.login(subject, authorizePath(subject), SCOPE)
    tokens.set(subject, (await fresh.codeFlow())['access_token'] ?? '')
  }
  await table('GET userinfo', 1, subjects, (subject) => {
    const headers = { authorization: `Bearer ${tokens.get(subject) ?? ''}` }
    return async () => {
      const { status, text } = await subject.request('GET', isPeer(subject) ? '/me' : '/userinfo', { headers })
      if (status !== 200) throw new Error(`${subject.name}: ${status} ${text}`)
    }
  })
}

async function table(
  title: string,
  requests: number,
  subjects: readonly Subject[],
  work: (subject: Subject) => Work,
): Promise<void> {
  const floorWork: Work = async () => {
    for (let i = 0; i < requests; i++) await bare.clientCredentials() // as many requests as the flow makes
  }
  const figures = new Map<Subject, number[]>([bare, ...subjects].map((subject) => [subject, []]))
  for (let round = -2; round < ROUNDS; round++) {
    for (const [subject, cpu] of figures) {
      const run = subject === bare ? floorWork : work(subject)
      const times = Math.ceil(REQUESTS / requests)
      const once = async (lane: number): Promise<void> => {
        await run(lane)
      }
      const effort = await effortOf(subject, once, { times, lanes: LANES })
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
