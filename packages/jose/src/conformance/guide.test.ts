import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { describe, it, vi } from 'vitest'
import { importKey } from '../index.ts'

const guide = new URL('../../../../docs/guide/jose/', import.meta.url)
const pages = [new URL('../../README.md', import.meta.url), ...readdirSync(guide).map((name) => new URL(name, guide))]

/** What samples import. */
const modules: Readonly<Record<string, () => Promise<unknown>>> = {
  '@authlib/core': () => import('@authlib/core'),
  '@authlib/jose': () => import('../index.ts'),
  '@authlib/jose/extra': () => import('../extra/index.ts'),
  '@authlib/jose/sd-jwt': () => import('../sd-jwt/index.ts'),
  'node:crypto': () => import('node:crypto'),
}

const passphrase = 'correct horse'
const publicKeyEncoding = { format: 'pem', type: 'spki' } as const
const privateKeyEncoding = { format: 'pem', type: 'pkcs8' } as const
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding, privateKeyEncoding })
const locked = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding,
  privateKeyEncoding: { ...privateKeyEncoding, cipher: 'aes-256-cbc', passphrase },
})

/** What samples find in their environment. */
function environmentOf(sample: string): Record<string, string> {
  const { privateKey, publicKey } = /PRIVATE_KEY.*ES256/.test(sample) ? ec : rsa
  return {
    PRIVATE_KEY: privateKey,
    PUBLIC_KEY: publicKey,
    LOCKED_KEY: locked.privateKey,
    PASSPHRASE: passphrase,
    JWT_SECRET: 'a shared secret of more than 32 bytes',
  }
}

const [alices, bobs] = [generateKeyPairSync('x25519'), generateKeyPairSync('x25519')]
/** What samples `declare`, and what they would print with. */
const given = {
  alice: await importKey(alices.privateKey),
  alicePublic: await importKey(alices.publicKey),
  bob: await importKey(bobs.privateKey),
  bobPublic: await importKey(bobs.publicKey),
  console: { log: () => undefined },
}

/** As the body of a function whose imports are ours, so that a sample runs on the runtime that its test runs on. */
async function run(sample: string): Promise<void> {
  const code = sample.replaceAll(/^import \{([^}]*)\} from '([^']+)'$/gm, (_, names: string, from: string) => {
    return `const {${names.replaceAll(/\btype \w+,?/g, '')}} = await load('${from}')`
  })
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor // no global has it
  const body = `{ ${stripTypeScriptTypes(code).replaceAll(/^export /gm, '')} }`
  const whole = new AsyncFunction('load', ...Object.keys(given), body) as (...values: unknown[]) => Promise<void> // as above
  await whole((name: string) => modules[name]!(), ...Object.values(given))
}

describe('the guide', () => {
  const samples = pages.flatMap((page) => {
    const found = [...readFileSync(page, 'utf8').matchAll(/^```ts(?: twoslash)?\n([^]*?)^```$/gm)]
    const name = page.pathname.split('/').at(-1) ?? ''
    return found.map(([, sample = ''], index) => ({ name, number: index + 1, sample }))
  })
  const able = samples.filter(({ sample }) => !sample.includes('weakRsa1_5')) // of which the runtime may be incapable
  it.each(able)('has samples that run: $name, $number', async ({ sample }) => {
    for (const [name, value] of Object.entries(environmentOf(sample))) vi.stubEnv(name, value)
    await run(sample).finally(() => vi.unstubAllEnvs())
  })
})
