/**
 * CPU time of a server per request with proofs, signed tokens, introspection and pushed requests, against oidc-provider with the
 * same and bare node:http, in one run.
 *
 *     node --conditions=@authlib/source bench/http/features.ts [opaque | alg …]
 */

import { randomUUID } from 'node:crypto'
import { generateKey, signJwt, type Key, type NewJwtClaims } from '@authlib/jose'
import { BASIC, Browser, effortOf, median, Subject } from './load.ts'
import { SIGNING_CLIENT } from './server.ts'

const modes = process.argv.length > 2 ? process.argv.slice(2) : ['opaque', 'ES256', 'RS256']
const ROUNDS = Number(process.env['ROUNDS'] ?? 15)
const LANES = 32
const REQUESTS = Number(process.env['REQUESTS'] ?? 1000)
const FORM = 'grant_type=client_credentials&scope=read'
const ASSERTION = 'urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer'

const key = await generateKey('ES256')
const jwk = JSON.stringify({ ...key.publicJwk(), kid: 'c', alg: 'ES256', use: 'sig' })
const bare = await Subject.start('bare node:http', 'bare')

/** What a peer calls its endpoints. */
const paths = { authlib: { introspection: '/introspect', par: '/par', authorize: '/authorize' } }
const peerPaths = { introspection: '/token/introspection', par: '/request', authorize: '/auth' }
const pathsOf = ({ name }: Subject): (typeof paths)['authlib'] => (name.startsWith('oidc') ? peerPaths : paths.authlib)

type Work = (lane: number) => Promise<void>

try {
  for (const mode of modes) {
    const subjects = [
      await Subject.start('Authlib, memory', 'ours-features', [mode, jwk]),
      await Subject.start('oidc-provider, memory, no hashing', 'oidc-provider-features', [mode, jwk]),
    ]
    try {
      if (mode === 'opaque') await opaqueTables(subjects)
      else await table(`POST /token, client_credentials, an access token as JWT (${mode})`, 1, subjects, plain)
    } finally {
      for (const subject of subjects) subject.stop()
    }
  }
} finally {
  bare.stop()
}

async function opaqueTables(subjects: readonly Subject[]): Promise<void> {
  await table('POST /token, client_credentials, nothing more', 1, subjects, plain)
  await table('POST /token, client_credentials, with a DPoP proof (ES256)', 1, subjects, withProof)
  await table('POST /token, client_credentials, private_key_jwt (ES256)', 1, subjects, withAssertion)
  await table('POST introspection of a live token', 1, subjects, await introspecting(subjects))
  await table('PAR, GET /authorize and POST /token, somebody who is logged in', 3, subjects, await pushing(subjects))
}

function plain(subject: Subject): Work {
  return () => subject.clientCredentials()
}

function withProof(subject: Subject): Work {
  return async () => {
    const claims = { htm: 'POST', htu: `${subject.origin}/token`, iat: now(), jti: randomUUID() }
    const dpop = await sign(claims, { typ: 'dpop+jwt', header: { jwk: key.publicJwk() } })
    await expect200(subject, '/token', FORM, { authorization: BASIC, dpop })
  }
}

function withAssertion(subject: Subject): Work {
  const { client_id: id } = SIGNING_CLIENT
  return async () => {
    const claims = { iss: id, sub: id, aud: subject.origin, iat: now(), exp: now() + 60, jti: randomUUID() }
    const assertion = await sign(claims, { header: { kid: 'c' } })
    const form = `${FORM}&client_assertion_type=${ASSERTION}&client_assertion=${assertion}`
    await expect200(subject, '/token', form, {})
  }
}

async function introspecting(subjects: readonly Subject[]): Promise<(subject: Subject) => Work> {
  const tokens = new Map<Subject, string>()
  for (const subject of subjects) {
    const text = await expect200(subject, '/token', FORM, { authorization: BASIC })
    tokens.set(subject, (JSON.parse(text) as { access_token: string }).access_token) // sound: a token response
  }
  return (subject) => async () => {
    const text = await expect200(subject, pathsOf(subject).introspection, `token=${tokens.get(subject) ?? ''}`, {
      authorization: BASIC,
    })
    if (subject !== bare && !text.includes('"active":true')) throw new Error(text)
  }
}

async function pushing(subjects: readonly Subject[]): Promise<(subject: Subject) => Work> {
  const browsers = new Map<Subject, readonly Browser[]>()
  for (const subject of subjects) {
    const all: Browser[] = []
    while (all.length < LANES) all.push(await Browser.login(subject, pathsOf(subject).authorize))
    browsers.set(subject, all)
  }
  return (subject) => async (lane) => {
    const browser = browsers.get(subject)?.[lane]
    if (browser) return browser.pushedCodeFlow(pathsOf(subject).par)
    for (let i = 0; i < 3; i++) await subject.clientCredentials() // three requests a flow stand against three bare ones
  }
}

async function table(
  title: string,
  requests: number,
  subjects: readonly Subject[],
  work: (subject: Subject) => Work,
): Promise<void> {
  const figures = new Map<Subject, number[]>([bare, ...subjects].map((subject) => [subject, []]))
  for (let round = -2; round < ROUNDS; round++) {
    for (const [subject, cpu] of figures) {
      const times = Math.ceil(REQUESTS / requests)
      const effort = await effortOf(subject, work(subject), { times, lanes: LANES })
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

async function expect200(
  subject: Subject,
  path: string,
  form: string,
  headers: Record<string, string>,
): Promise<string> {
  const { status, text } = await subject.request('POST', path, { form, headers })
  if (status !== 200) throw new Error(`${subject.name}: ${status} ${text}`)
  return text
}

function sign(claims: NewJwtClaims, options: { typ?: string; header?: Record<string, unknown> }): Promise<string> {
  return signJwt(claims, key satisfies Key, { lifetime: null, ...options })
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
