import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith, vectors } from '../../../test/support/needs.ts'
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
} from './index.ts'

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

/** Published verdicts that our policy overrules, and why. */
const overruled: Readonly<Record<string, string>> = {
  'json_web_signature_test.json 346': 'for us: the key is for PS256, the token PS384 (RFC 7517 §4.4)',
  'json_web_signature_test.json 347': 'for us: the key names an algorithm that does not exist, ES521',
  'json_web_signature_test.json 350': 'for us: as 346',
  'json_web_signature_test.json 351': 'for us: as 347',
  'json_web_signature_test.json 367': 'for us: the published text has no padding, it is the valid token',
  'json_web_signature_test.json 370': 'for us: as 367',
  'json_web_signature_test.json 372': 'for us: a foreign character is no base64url (RFC 7515 §2)',
  'json_web_signature_test.json 373': 'for us: as 372',
  'json_web_key_test.json 1': 'for us: symmetric and other keys may share a set, for keys are typed and never confused',
  'json_web_key_test.json 4': 'for us: every key of a name is tried',
  'json_web_crypto_test.json 47': 'for us: as key test 1',
}

const overruledEncryption: Readonly<Record<string, readonly ['valid' | 'invalid', string]>> = {}

describeWith(vectors, 'Wycheproof', (folder) => {
  for (const file of ['json_web_signature_test.json', 'json_web_key_test.json', 'json_web_crypto_test.json']) {
    for (const { comment: group, tests, ...keys } of groups(folder, file)) {
      for (const { tcId, comment, result, jws } of tests) {
        if (jws === undefined) continue
        const name = `${file} ${tcId}`
        const expected = name in overruled ? (result === 'valid' ? 'invalid' : 'valid') : result
        it(`${name}: ${group}, ${comment} is ${expected} ${overruled[name] ?? ''}`.trim(), async () => {
          expect(await verdict(jws, keys.public ?? keys.private)).toBe(expected)
        })
      }
    }
  }
})

describeWith(vectors, 'Wycheproof on encryption', (folder) => {
  for (const file of ['json_web_encryption_test.json', 'json_web_crypto_test.json', 'json_web_key_test.json']) {
    for (const { comment: group, tests, private: key } of groups(folder, file)) {
      for (const { tcId, comment, result, jwe, pt } of tests) {
        if (jwe === undefined) continue
        const name = `${file} ${tcId}`
        const rsa15 = (key as Jwk).alg === 'RSA1_5' // no such algorithm here: RFC 8725 §3.2
        const expected = rsa15 ? 'invalid' : (overruledEncryption[name]?.[0] ?? result)
        it(`${name}: ${group}, ${comment} is ${expected} ${overruledEncryption[name]?.[1] ?? ''}`.trim(), async () => {
          expect(await decryptionVerdict(jwe, key as Jwk, pt)).toBe(expected)
        })
      }
    }
  }
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
