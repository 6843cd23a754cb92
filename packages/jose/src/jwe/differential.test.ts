import { createCipheriv, generateKeyPairSync } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { encodeUtf8 } from '@authlib/core/kit'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  decryptJwe,
  encryptJwe,
  generateKey,
  importKey,
  importSecret,
  jweAlgorithms,
  jweEncryptions,
  JoseError,
  type Key,
} from '../index.ts'
import { findJweEncryptionRow, findJweRow } from './algorithms.ts'
import { decryptByEngine, encryptByEngine } from './engine.ts'
import { decryptByJose } from './decrypt.ts'
import { standardManagement } from './key-management.ts'
import { checkRecipient, type JweLimits, splitCompact } from './parts.ts'

/** Our engine and `jose` must give one verdict about everything. This file runs on both runtimes. */
const limits: JweLimits = { maxSize: 20_000, maxInflated: 1000, maxIterations: 2000 }
const text = 'One verdict.'

async function keyFor(alg: string, enc: string): Promise<Key> {
  if (alg.startsWith('PBES2')) return importSecret('a password', { alg })
  return generateKey(alg === 'dir' ? enc : alg)
}

interface Sealed {
  readonly header?: Readonly<Record<string, unknown>>
  /** What the header says in place of what was true when the key was made. */
  readonly claim?: (made: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  readonly plaintext?: Uint8Array
}

/** The parts of a token whose tag is right, whatever its header says. */
async function seal(
  key: Key,
  alg: string,
  enc: string,
  { header = {}, claim = (made) => made, plaintext = encodeUtf8(text) }: Sealed = {},
): Promise<string[]> {
  const row = findJweRow(alg)!
  const honest = standardManagement(row)
  const { recipients, ...jwe } = await encryptByEngine({
    plaintext,
    encryption: findJweEncryptionRow(enc)!,
    protectedHeader: { alg, enc, ...header },
    recipients: [{ key, row, iterations: 1000, parties: {} }],
    implementations: [
      {
        ...honest,
        async encryptKey(request) {
          const made = await honest.encryptKey!(request)
          return { ...made, header: claim({ ...header, ...made.header }) }
        },
      },
    ],
  })
  return [jwe.protected!, recipients[0]?.encrypted_key ?? '', jwe.iv!, jwe.ciphertext, jwe.tag!]
}

/** The plaintext, or how it was refused: every failure behind the door is one. */
async function verdicts(token: string, key: Key, bounds = limits): Promise<readonly string[]> {
  return Promise.all(
    [decryptByEngine, decryptByJose].map(async (decrypt) => {
      let recipient
      try {
        recipient = checkRecipient(splitCompact(token, bounds), bounds, [])
      } catch (error) {
        if (error instanceof JoseError) return error.code
        throw error
      }
      return decrypt(recipient, key, bounds, []).then(
        (plaintext) => `= ${Buffer.from(plaintext).toString('latin1')}`,
        () => 'refused',
      )
    }),
  )
}

const both = (verdict: string): string[] => [verdict, verdict]
const bytes = (part: string): Buffer => Buffer.from(part, 'base64url')
const base64url = (part: Uint8Array): string => Buffer.from(part).toString('base64url')
const headerOf = (token: readonly string[]) => JSON.parse(bytes(token[0]!).toString()) as Record<string, unknown>

/** Each part in turn: gone, cut, longer, of zeros, padded, in another spelling, and each other part in its place. */
function malformed(token: readonly string[]): string[] {
  return token.flatMap((part, at) => {
    const raw = bytes(part)
    const forms = [
      '',
      `${part}=`,
      `${part}A`,
      `${part}\n`,
      part.slice(0, -1),
      `${part.slice(0, -1)}!`,
      base64url(raw.subarray(1)),
      base64url(raw.subarray(0, -8)),
      base64url(Buffer.concat([raw, Buffer.alloc(8)])),
      base64url(Buffer.concat([Buffer.alloc(1), raw])),
      base64url(Buffer.alloc(raw.length)),
      base64url(Buffer.alloc(raw.length, 0xff)),
      base64url(raw.map((byte, index) => (index === raw.length - 1 ? byte ^ 1 : byte))),
      ...token.filter((_, other) => other !== at),
    ]
    return forms.filter((form) => form !== part).map((form) => token.with(at, form).join('.'))
  })
}

/** A token whose plaintext is that stream. */
function compressed(secret: Uint8Array, stream: Uint8Array): string {
  const header = base64url(encodeUtf8(JSON.stringify({ alg: 'dir', enc: 'A128GCM', zip: 'DEF' })))
  const iv = Buffer.alloc(12, 5)
  const cipher = createCipheriv('aes-128-gcm', secret, iv).setAAD(Buffer.from(header))
  const ciphertext = Buffer.concat([cipher.update(stream), cipher.final()])
  return [header, '', ...[iv, ciphertext, cipher.getAuthTag()].map(base64url)].join('.')
}

/** With another header, as if nothing protected it: what comes of that is for the tag to say. */
function relabelled(token: readonly string[], change: object): string {
  return token.with(0, base64url(encodeUtf8(JSON.stringify({ ...headerOf(token), ...change })))).join('.')
}

describe.each(jweAlgorithms)('%s', (alg) => {
  it('is decrypted alike by our engine and by jose: valid, tampered and malformed', async () => {
    for (const enc of ['A128GCM', 'A256CBC-HS512']) {
      const key = await keyFor(alg, enc)
      const ours = await seal(key, alg, enc)
      const theirs = (await encryptJwe(text, key, { enc, iterations: 1000 })).split('.')
      for (const token of [ours, theirs]) {
        expect(await verdicts(token.join('.'), key)).toEqual(both(`= ${text}`))
        for (const bad of malformed(token)) {
          const [first, second] = await verdicts(bad, key)
          expect(first, bad).not.toMatch(/^=/)
          expect(second, bad).toBe(first)
        }
      }
      expect(await verdicts((await seal(key, alg, enc, { plaintext: new Uint8Array() })).join('.'), key)).toEqual(
        both('= '),
      )
      const property = fc.asyncProperty(
        fc.nat(3),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (which, at, mask) => {
          const part = which === 0 ? ours[1]! : ours[which + 1]!
          const raw = bytes(part)
          if (raw.length === 0) return
          const changed = base64url(raw.map((byte, index) => (index === at % raw.length ? byte ^ mask : byte)))
          expect(await verdicts(ours.with(ours.indexOf(part), changed).join('.'), key)).toEqual(both('refused'))
        },
      )
      await fc.assert(property, { numRuns: 10 })
    }
  })

  it('is refused alike when the header says something else', async () => {
    const key = await keyFor(alg, 'A128GCM')
    const token = await seal(key, alg, 'A128GCM')
    const { epk } = headerOf(token) as { epk?: object }
    const changes = [
      ...jweAlgorithms.map((other) => ({ alg: other })),
      ...jweEncryptions.map((enc) => ({ enc })),
      ...['apu', 'apv', 'p2s', 'iv', 'tag'].flatMap((name) =>
        ['', 'AA', 1, null, '='].map((value) => ({ [name]: value })),
      ),
      ...[0, 1, 999, 2001, '1000', null].map((p2c) => ({ p2c })),
      ...[null, [], {}, 'x', { ...epk, d: 'AA' }].map((other) => ({ epk: other })),
      { zip: 'DEF' },
    ]
    for (const change of changes) {
      const [first, second] = await verdicts(relabelled(token, change), key)
      expect(second, JSON.stringify(change)).toBe(first)
    }
  })
})

describe('one verdict', () => {
  it('about the parties of an agreement (RFC 7518 §4.6.2)', async () => {
    const key = await generateKey('ECDH-ES')
    for (const header of [{ apu: 'QQ', apv: 'Qg' }, { apu: 'QQ' }, { apu: '' }, { apu: '', apv: 'QQ' }])
      expect(await verdicts((await seal(key, 'ECDH-ES', 'A128GCM', { header })).join('.'), key)).toEqual(
        both(`= ${text}`),
      )
    for (const [apu, apv] of [
      ['QQ', 'QR'],
      ['QQ', 'QQ=='],
      ['QQ', ' QQ'],
      ['', '='],
      ['QQ', 1],
      ['QQ', null],
    ]) {
      const made = await seal(key, 'ECDH-ES', 'A128GCM', {
        header: { apv: apu },
        claim: (header) => ({ ...header, apv }),
      })
      expect(await verdicts(made.join('.'), key), String(apv)).toEqual(both('invalid_header')) // in another spelling
    }
    for (const apu of ['QQ', '']) {
      const made = await seal(key, 'ECDH-ES', 'A128GCM', {
        header: { apv: apu },
        claim: (header) => ({ ...header, apu }),
      })
      expect(await verdicts(made.join('.'), key)).toEqual(both('invalid_header')) // distinct, when used
    }
    const apu = encodeUtf8('Alice')
    await expect(encryptJwe('x', key, { apu, apv: apu })).rejects.toMatchObject({ code: 'invalid_header' })
  })

  it('about salts, IVs and tags in the header, however they are spelt (RFC 7518 §4.7, §4.8)', async () => {
    const spellings = [
      (text: string) => `${text}=`,
      (text: string) => ` ${text}`,
      (text: string) => text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1),
      (text: string) => text.slice(4),
      () => 1,
    ]
    for (const [alg, name] of [
      ['A128GCMKW', 'iv'],
      ['A128GCMKW', 'tag'],
      ['PBES2-HS256+A128KW', 'p2s'],
    ] as const) {
      const key = await keyFor(alg, 'A128GCM')
      for (const spell of spellings) {
        const claim: Sealed['claim'] = (header) => ({ ...header, [name]: spell(header[name] as string) })
        const [first, second] = await verdicts((await seal(key, alg, 'A128GCM', { claim })).join('.'), key)
        expect(first, `${name} ${String(spell)}`).toMatch(/^(invalid_header|refused)$/)
        expect(second, `${name} ${String(spell)}`).toBe(first)
      }
    }
  })

  it('about an ephemeral key with more in it than a key (RFC 7518 §4.6.1.1)', async () => {
    const key = await generateKey('ECDH-ES+A128KW')
    const members = [
      { kid: 'x' },
      { use: 'sig' },
      { alg: 'ES256' },
      { ext: false },
      { key_ops: ['sign'] },
      { key_ops: [] },
    ]
    for (const more of [...members, { k: 'AA' }, { p: 'AA' }, { oth: [] }, { priv: 'AA' }]) {
      const claim: Sealed['claim'] = ({ epk }) => ({ epk: { ...(epk as object), ...more } })
      const made = await seal(key, 'ECDH-ES+A128KW', 'A128GCM', { claim })
      const [first, second] = await verdicts(made.join('.'), key)
      expect(second, JSON.stringify(more)).toBe(first)
    }
  })

  it('about a block of RSA without its leading zero (RFC 8017 §7.1.2 step 1)', async () => {
    const key = await generateKey('RSA-OAEP-256')
    let token = await seal(key, 'RSA-OAEP-256', 'A128GCM')
    while (bytes(token[1]!)[0] !== 0) token = await seal(key, 'RSA-OAEP-256', 'A128GCM')
    expect(await verdicts(token.join('.'), key)).toEqual(both(`= ${text}`))
    const short = token.with(1, base64url(bytes(token[1]!).subarray(1))).join('.')
    expect(await verdicts(short, key)).toEqual(both('refused'))
  })

  it('about a weak key, asked for', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const key = await importKey(privateKey, { alg: 'RSA-OAEP', allowWeak: true })
    const token = await encryptJwe(text, key)
    expect((await decryptJwe(token, key)).plaintext).toEqual(encodeUtf8(text))
    const tooSmall = await importKey(privateKey, { alg: 'RSA-OAEP-512', allowWeak: true })
    await expect(encryptJwe(text, tooSmall)).rejects.toMatchObject({ code: 'invalid_key' })
  })

  it('about what the runtime lacks: that is not a wrong key', async () => {
    const key = await generateKey('RSA-OAEP')
    const token = (await seal(key, 'RSA-OAEP', 'A128GCM')).join('.')
    const importing = vi.spyOn(crypto.subtle, 'importKey')
    importing.mockRejectedValue(new DOMException('not here', 'NotSupportedError'))
    const recipient = checkRecipient(splitCompact(token, limits), limits, [])
    const outcome: unknown = await decryptByJose(recipient, key, limits).catch((error: unknown) => error)
    importing.mockRestore()
    expect(outcome).toMatchObject({ code: 'unsupported_algorithm' })
  })

  it('about compression, up to the very limit (RFC 7516 §4.1.3)', async () => {
    const secret = new Uint8Array(16).fill(1)
    const key = await importSecret(secret, { alg: 'dir' })
    const zipped = (plaintext: Uint8Array) => seal(key, 'dir', 'A128GCM', { header: { zip: 'DEF' }, plaintext })
    expect(await verdicts((await zipped(Buffer.alloc(1000, 'x'))).join('.'), key)).toEqual(
      both(`= ${'x'.repeat(1000)}`),
    )
    expect(await verdicts((await zipped(Buffer.alloc(1001, 'x'))).join('.'), key)).toEqual(both('refused'))
    const raw = deflateRawSync('x')
    const streams = [raw.subarray(0, -1), Buffer.from('garbage'), Buffer.alloc(0)]
    for (const stream of streams) expect(await verdicts(compressed(secret, stream), key)).toEqual(both('refused'))
    expect(await verdicts(compressed(secret, raw), key)).toEqual(both('= x'))
    const [first, second] = await verdicts(compressed(secret, Buffer.concat([raw, Buffer.alloc(1)])), key)
    expect(second).toBe(first) // Node.js 22 overlooks what follows
  })

  it('about keys of another length or kind', async () => {
    for (const enc of jweEncryptions) {
      for (const length of [1, 15, 16, 24, 32, 48, 64]) {
        const key = await importSecret(new Uint8Array(length).fill(2), { alg: 'dir', allowWeak: true })
        const right = await generateKey(enc)
        const [first, second] = await verdicts((await seal(right, 'dir', enc)).join('.'), key)
        expect([first, second]).toEqual(both('refused'))
      }
    }
    const token = (await seal(await generateKey('ECDH-ES', { crv: 'P-384' }), 'ECDH-ES', 'A128GCM')).join('.')
    for (const crv of ['P-256', 'P-521', 'X25519'] as const)
      expect(await verdicts(token, await generateKey('ECDH-ES', { crv }))).toEqual(both('refused'))
  })
})
