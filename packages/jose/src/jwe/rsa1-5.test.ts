import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import { describeWith, vectors } from '../../../../test/support/needs.ts'
import {
  decryptJwe,
  encryptJwe,
  generateKey,
  importKey,
  JoseError,
  type Jwk,
  jweAlgorithms,
  type Key,
  type KeyManagement,
  weakRsa1_5,
} from '../index.ts'
import { decryptPkcs1 } from '../runtime/web.ts'

const options = { algorithms: ['RSA1_5'], implementations: [weakRsa1_5] }

/** Node.js 22 would tell a wrong padding: there it is unsupported, whatever comes. */
const isMissing = missingAlgorithms.includes('RSA1_5')
const unsupported = expect.objectContaining({ code: 'unsupported_algorithm' }) as unknown

async function outcome(token: string, key: Key): Promise<unknown> {
  try {
    return Buffer.from((await decryptJwe(token, key, options)).plaintext).toString()
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    const { code, message, reason, cause, status } = error
    return { code, message, reason, cause, status }
  }
}

/** As if a peer had encrypted it. */
async function weakToken(key: Key, block: Buffer, padding: number): Promise<string> {
  const { n, e } = key.publicJwk()
  const publicKey = createPublicKey({ key: { kty: 'RSA', n: n!, e: e! }, format: 'jwk' })
  const cek = await generateKey('A128GCM')
  const [, , ...rest] = (await encryptJwe('secret', cek)).split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'RSA1_5', enc: 'A128GCM' })).toString('base64url')
  return [header, publicEncrypt({ key: publicKey, padding }, block).toString('base64url'), ...rest].join('.')
}

describe('RSA1_5', () => {
  it('decrypts RFC 7516 Appendix A.2 on request, and not otherwise (AJ-22, JJ-12, JJ-14)', async () => {
    const file = new URL('../../vectors/rfc-examples.json', import.meta.url)
    const { rfc7516 } = JSON.parse(readFileSync(file, 'utf8')) as { rfc7516: { 'A.2': { key: Jwk; token: string } } }
    const { token, key: jwk } = rfc7516['A.2']
    const key = await importKey(jwk)
    expect(await outcome(token, key)).toEqual(isMissing ? unsupported : 'Live long and prosper.')
    for (const accepted of [{ algorithms: ['RSA1_5'] }, { algorithms: jweAlgorithms, implementations: [weakRsa1_5] }]) {
      await expect(decryptJwe(token, key, accepted)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    }
  })

  it('encrypts nothing', async () => {
    const key = await importKey((await generateKey('RSA-OAEP')).privateJwk())
    const { alg: _, ...jwk } = key.privateJwk()
    const encrypted = encryptJwe('x', await importKey(jwk), { alg: 'RSA1_5', implementations: [weakRsa1_5] })
    await expect(encrypted).rejects.toBeInstanceOf(TypeError)
  })

  it('fails alike for a wrong padding, length, key or tag (RFC 7516 §11.5, RFC 3218 §2.3, AJ-22)', async () => {
    const { alg: _, ...jwk } = (await generateKey('RSA-OAEP')).privateJwk()
    const key = await importKey(jwk)
    const size = 256
    const { RSA_NO_PADDING, RSA_PKCS1_PADDING } = constants
    const padded = (start: number[], filler: number, tail: Buffer): Buffer =>
      Buffer.concat([Buffer.from(start), Buffer.alloc(size - start.length - tail.length, filler), tail])
    const right = Buffer.concat([Buffer.of(0), randomBytes(16)])
    const tokens = await Promise.all([
      weakToken(key, randomBytes(16), RSA_PKCS1_PADDING), // the tag is wrong
      weakToken(key, randomBytes(15), RSA_PKCS1_PADDING),
      weakToken(key, randomBytes(64), RSA_PKCS1_PADDING),
      weakToken(key, Buffer.alloc(0), RSA_PKCS1_PADDING),
      weakToken(key, padded([0, 1], 0xff, right), RSA_NO_PADDING), // the block type of a signature
      weakToken(key, padded([0, 3], 0xff, right), RSA_NO_PADDING),
      weakToken(key, padded([0, 2], 0xff, Buffer.from('no zero')), RSA_NO_PADDING),
      weakToken(key, padded([0, 2], 0, right), RSA_NO_PADDING), // a filler of zeros
      weakToken(key, padded([0], 0, Buffer.of(1)), RSA_NO_PADDING),
    ])
    const outcomes = await Promise.all(tokens.map((token) => outcome(token, key)))
    const [first] = outcomes
    if (isMissing) expect(first).toEqual(unsupported)
    else expect(first).toMatchObject({ code: 'decryption_failed', reason: undefined, cause: undefined })
    for (const other of outcomes) expect(other).toEqual(first)
    const [header, , ...rest] = tokens[0].split('.')
    for (const length of [1, 255, 257]) {
      const token = [header, Buffer.alloc(length, 1).toString('base64url'), ...rest].join('.')
      expect(await outcome(token, key)).toEqual(first)
    }
  })

  it('takes no block without its leading zero (RFC 8017 §7.2.2 step 1)', async () => {
    const { alg: _, ...jwk } = (await generateKey('RSA-OAEP')).privateJwk()
    const key = await importKey(jwk)
    const publicKey = createPublicKey({ key: { kty: 'RSA', n: jwk.n!, e: jwk.e! }, format: 'jwk' })
    const peer: KeyManagement = {
      ...weakRsa1_5,
      encryptKey: ({ cek }) => ({
        encryptedKey: () => publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, cek),
      }),
    }
    let token: string[]
    do token = (await encryptJwe('text', key, { alg: 'RSA1_5', implementations: [peer] })).split('.')
    while (!/^A[A-P]/.test(token[1]!)) // the first octet is zero
    expect(await outcome(token.join('.'), key)).toEqual(isMissing ? unsupported : 'text')
    const short = Buffer.from(token[1]!, 'base64url').subarray(1).toString('base64url')
    const code = isMissing ? 'unsupported_algorithm' : 'decryption_failed'
    expect(await outcome(token.with(1, short).join('.'), key)).toMatchObject({ code })
  })

  it('is unsupported by name where there is only WebCrypto', async () => {
    const jwk = (await generateKey('RSA-OAEP')).privateJwk()
    expect(() => decryptPkcs1(jwk, Buffer.alloc(256))).toThrow(
      expect.objectContaining({ code: 'unsupported_algorithm' }),
    )
  })
})

describeWith(vectors, 'RSA1_5 in published vectors', (folder) => {
  it('decrypts RFC 7520 §5.1', async () => {
    const file = join(folder, 'jose-cookbook/jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json')
    const { input, output } = JSON.parse(readFileSync(file, 'utf8')) as {
      input: { plaintext: string; key: Jwk }
      output: { compact: string }
    }
    const decrypted = await outcome(output.compact, await importKey(input.key))
    expect(decrypted).toEqual(isMissing ? unsupported : input.plaintext)
  })

  const files = ['json_web_encryption_test.json', 'json_web_crypto_test.json', 'json_web_key_test.json']
  const cases = files.flatMap((file) => {
    const { testGroups } = JSON.parse(readFileSync(join(folder, 'wycheproof', file), 'utf8')) as {
      testGroups: {
        private?: Jwk
        tests: { tcId: number; comment: string; result: string; jwe?: string; pt?: string }[]
      }[]
    }
    return testGroups
      .filter((group) => group.private?.alg === 'RSA1_5')
      .flatMap(({ private: key, tests }) => tests.map((test) => ({ ...test, file, key: key! })))
  })
  it('are there', () => expect(cases.length).toBeGreaterThan(0))
  it.each(cases)('$file $tcId: $comment is $result', async ({ jwe = '', key, pt, result }) => {
    const decrypted = await outcome(jwe, await importKey(key))
    expect(typeof decrypted === 'string' ? 'valid' : 'invalid').toBe(isMissing ? 'invalid' : result)
    if (typeof decrypted === 'string' && pt !== undefined) expect(Buffer.from(decrypted).toString('hex')).toBe(pt)
  })
})
