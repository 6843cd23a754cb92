import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith, vectors } from '../../../../test/support/needs.ts'
import {
  decryptJwe,
  importKey,
  type Jwk,
  jweAlgorithms,
  JoseError,
  type JwkSet,
  KeySet,
  jwsAlgorithms,
  verifyJws,
  type VerificationKeys,
} from '../index.ts'

// Project Wycheproof, https://github.com/C2SP/wycheproof

interface Group {
  readonly comment: string
  readonly private?: Jwk | JwkSet
  readonly public?: Jwk | JwkSet
  readonly tests: readonly {
    tcId: number
    comment: string
    result: 'valid' | 'invalid'
    jws?: string
    jwe?: string
    pt?: string
  }[]
}

function groups(folder: string, file: string): readonly Group[] {
  return (JSON.parse(readFileSync(join(folder, 'wycheproof', file), 'utf8')) as { testGroups: Group[] }).testGroups
}

interface Overruled {
  readonly ours: string
  readonly why: string
}

/** Published verdicts that our policy overrules: the table of the guide, by file and case, or file and algorithm. */
const overruled: ReadonlyMap<string, Overruled> = new Map(
  [
    ...readFileSync(new URL('../../../../docs/guide/jose/conformance.md', import.meta.url), 'utf8').matchAll(
      /^\| `(?<file>\w+\.json)` +\| (?<item>\w+) +\| (?<ours>valid|invalid) +\| (?<why>.+?) +\|$/gm,
    ),
  ].map(({ groups: { file = '', item = '', ours = '', why = '' } = {} }) => [`${file} ${item}`, { ours, why }]),
)
const met = new Set<string>()

function verdictOn(file: string, tcId: number, result: string, alg = ''): { expected: string; title: string } {
  const name = [`${file} ${tcId}`, `${file} ${alg}`].find((item) => overruled.has(item)) ?? ''
  const { ours = result, why } = overruled.get(name) ?? {}
  if (ours !== result) met.add(name)
  return { expected: ours, title: `is ${ours}${why === undefined || ours === result ? '' : ` for us: ${why}`}` }
}

describeWith(vectors, 'Wycheproof', (folder) => {
  for (const file of ['json_web_signature_test.json', 'json_web_key_test.json', 'json_web_crypto_test.json']) {
    for (const { comment: group, tests, ...keys } of groups(folder, file)) {
      for (const { tcId, comment, result, jws } of tests) {
        if (jws === undefined) continue
        const { expected, title } = verdictOn(file, tcId, result)
        it(`${file} ${tcId}: ${group}, ${comment} ${title}`, async () => {
          expect(await verdict(jws, keys.public ?? keys.private)).toBe(expected)
        })
      }
    }
  }

  for (const file of ['json_web_encryption_test.json', 'json_web_crypto_test.json']) {
    for (const { comment: group, tests, private: key } of groups(folder, file)) {
      for (const { tcId, comment, result, jwe, pt } of tests) {
        if (jwe === undefined) continue
        const { expected, title } = verdictOn(file, tcId, result, (key as Jwk).alg)
        it(`${file} ${tcId}: ${group}, ${comment} ${title}`, async () => {
          expect(await decryptionVerdict(jwe, key as Jwk, pt)).toBe(expected)
        })
      }
    }
  }

  it('has a case for each verdict that the guide says we overrule', () => {
    expect([...met].toSorted()).toEqual([...overruled.keys()].toSorted())
  })
})

async function decryptionVerdict(jwe: string, material: Jwk, pt: string | undefined): Promise<string> {
  try {
    const { plaintext } = await decryptJwe(jwe, await importKey(material), {
      algorithms: jweAlgorithms,
      maxInflated: 250_000,
    })
    if (pt !== undefined) expect(Buffer.from(plaintext).toString('hex')).toBe(pt)
    return 'valid'
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    return 'invalid'
  }
}

async function verdict(jws: unknown, material: Jwk | JwkSet | undefined): Promise<string> {
  try {
    const isSet = material !== undefined && 'keys' in material
    const keys: VerificationKeys = isSet ? KeySet.from(material as JwkSet) : await importKey(material!)
    await verifyJws(jws as string, keys, { algorithms: jwsAlgorithms })
    return 'valid'
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    return 'invalid'
  }
}
