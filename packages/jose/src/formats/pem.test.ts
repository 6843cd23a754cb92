import { execFileSync } from 'node:child_process'
import { createECDH, createSign } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  ecdsaSignatureFromDer,
  exportPrivatePem,
  exportPublicDer,
  exportPublicPem,
  externalKey,
  generateKey,
  importKey,
  importSecret,
  signJwt,
  verifyJwt,
} from '../index.ts'
import { describeWith, sshKeygen } from '../../../../test/support/needs.ts'

const key = await generateKey('ES256')
const pem = await exportPrivatePem(key)
const publicPem = exportPublicPem(key)
const { d } = key.privateJwk()
const privateOf = async (material: string | Uint8Array): Promise<string | undefined> =>
  (await importKey(material)).privateJwk().d

describe('a PEM', () => {
  it.each<[form: string, text: string]>([
    ['with line ends of two characters (nocodb#2207)', pem.replaceAll('\n', '\\n')],
    ['with CRLF of four characters', pem.replaceAll('\n', '\\r\\n')],
    ['on one line', pem.replaceAll('\n', ' ')],
    ['without any line end', pem.replaceAll('\n', '')],
    ['in quotes', `"${pem.trim()}"`],
    ['in quotes, escaped', JSON.stringify(pem)],
    ['behind a byte order mark', `\ufeff${pem}`],
    ['indented', pem.replaceAll('\n', '\n    ')],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['behind bag attributes', `Bag Attributes\n    friendlyName: x\nKey Attributes: <No Attributes>\n${pem}`],
    ['behind the public key: the private one counts', `${publicPem}${pem}`],
  ])('is read %s', async (_, text) => {
    expect(await privateOf(text)).toBe(d)
    expect(await privateOf(new TextEncoder().encode(text))).toBe(d) // as a file was read
  })

  it.each<[fault: string, text: string, reason: RegExp, hint: RegExp]>([
    [
      'under the legacy encryption',
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----',
      /legacy encryption/,
      /openssl pkcs8 -topk8/,
    ],
    ['cut off', pem.slice(0, 80), /cut off/, /all lines/],
    ['of a kind that JOSE does not have', pem.replaceAll('PRIVATE', 'DSA PRIVATE'), /unknown kind/, /Known are/],
    ['that is a secret', 'a secret', /not a PEM/, /importSecret/],
    ['in base64', Buffer.from(pem).toString('base64'), /base64 of a PEM/, /atob/],
    ['from a variable that is not set', ' ', /empty/, /variable/],
    [
      'in a service account file',
      JSON.stringify({ type: 'service_account', private_key: pem }),
      /service account/,
      /private_key/,
    ],
  ])('%s is refused with the way out', async (_, text, reason, hint) => {
    await expect(importKey(text)).rejects.toMatchObject({
      code: 'invalid_key',
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    })
  })

  it('is read in linear time (X2)', async () => {
    for (const probe of ['-----BEGIN PUBLIC KEY-----', '-----BEGIN ', '-----END PUBLIC KEY-----', '\\n', '-'])
      await expect(importKey(probe.repeat(50_000))).rejects.toMatchObject({ code: 'invalid_key' })
  })

  it.each([
    ['base64 of it (CVE-2026-34950)', Buffer.from(publicPem).toString('base64')],
    ['its DER with bytes behind', Buffer.concat([exportPublicDer(key), Buffer.from('abc')])],
  ])('is no secret: %s', async (_, secret) => {
    await expect(importSecret(secret, { alg: 'HS256' })).rejects.toMatchObject({ code: 'invalid_key' })
  })
})

describe('a compressed point (SEC1 §2.3.4)', () => {
  it.each(['P-256', 'P-384', 'P-521', 'secp256k1'] as const)('is read: %s', async (crv) => {
    const names = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1', secp256k1: 'secp256k1' }
    const oids = {
      'P-256': '06082a8648ce3d030107',
      'P-384': '06052b81040022',
      'P-521': '06052b81040023',
      secp256k1: '06052b8104000a',
    }
    const der = (tag: string, body: string): string => {
      const length = (body.length / 2).toString(16).padStart(2, '0')
      return tag + (body.length / 2 < 128 ? length : `81${length}`) + body
    }
    const spki = (point: Buffer): Buffer =>
      Buffer.from(
        der('30', der('30', `06072a8648ce3d0201${oids[crv]}`) + der('03', `00${point.toString('hex')}`)),
        'hex',
      )
    for (let i = 0; i < 8; i++) {
      const ecdh = createECDH(names[crv])
      const whole = ecdh.generateKeys()
      const short = ecdh.getPublicKey(null, 'compressed')
      expect((await importKey(spki(short))).publicJwk()).toEqual((await importKey(spki(whole))).publicJwk())
      await expect(importKey(spki(Buffer.concat([Buffer.of(5), short.subarray(1)])))).rejects.toThrow()
    }
    const none = Buffer.alloc({ 'P-256': 33, 'P-384': 49, 'P-521': 67, secp256k1: 33 }[crv], 0xff)
    none[0] = 2
    await expect(importKey(spki(none))).rejects.toMatchObject({ code: 'invalid_key' }) // x is no number modulo p
  })
})

describe('a signature in DER', () => {
  const foreign = (input: Uint8Array): Buffer =>
    createSign('sha256').update(input).sign({ key: pem, dsaEncoding: 'der' })

  it('of a service becomes r ‖ s (RFC 7518 §3.4)', async () => {
    const service = externalKey(key.publicJwk(), {
      sign: async (input, alg) => ecdsaSignatureFromDer(foreign(input), alg),
    })
    for (let i = 0; i < 50; i++) await verifyJwt(await signJwt({ exp: 2e9, i }, service), key, {})
  })

  it('that is not turned into it says so', async () => {
    const service = externalKey(key.publicJwk(), { sign: async (input) => foreign(input) })
    await expect(signJwt({ exp: 2e9 }, service)).rejects.toMatchObject({
      code: 'invalid_key',
      hint: expect.stringContaining('ecdsaSignatureFromDer'),
    })
  })

  it.each(['3003020101', '300602010102010100', '3006020181020101', '', '3026022101' + 'ff'.repeat(32) + '020101'])(
    'is refused when it is %j',
    (hex) => {
      expect(() => ecdsaSignatureFromDer(Buffer.from(hex, 'hex'), 'ES256')).toThrow(
        expect.objectContaining({ code: 'invalid_key' }),
      )
    },
  )

  it('is of ECDSA only', () => {
    expect(() => ecdsaSignatureFromDer(new Uint8Array(0), 'RS256')).toThrow(TypeError)
  })
})

describeWith(sshKeygen, 'a private key of OpenSSH', () => {
  const create = (...options: string[]): { file: string; text: string } => {
    const file = join(mkdtempSync(join(tmpdir(), 'ssh-')), 'key')
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'a comment', '-f', file, ...options])
    return { file, text: readFileSync(file, 'utf8') }
  }

  it.each([
    ['RS256', ['-t', 'rsa', '-b', '2048']],
    ['ES256', ['-t', 'ecdsa', '-b', '256']],
    ['ES384', ['-t', 'ecdsa', '-b', '384']],
    ['ES512', ['-t', 'ecdsa', '-b', '521']],
    ['Ed25519', ['-t', 'ed25519']],
  ])('is read: %s (universal-github-app-jwt#72)', async (alg, options) => {
    const { file, text } = create(...options)
    expect(text).toContain('BEGIN OPENSSH PRIVATE KEY')
    const signed = await signJwt({ exp: 2e9 }, await importKey(text, { alg }))
    await verifyJwt(signed, await importKey(readFileSync(`${file}.pub`, 'utf8'), { alg }), {})
  })

  it('under a passphrase is refused with the way out', async () => {
    const { text } = create('-t', 'ed25519', '-N', 'a passphrase')
    await expect(importKey(text)).rejects.toMatchObject({
      code: 'invalid_key',
      hint: expect.stringContaining('ssh-keygen -p'),
    })
  })

  it('that is damaged is refused', async () => {
    const bytes = Buffer.from(create('-t', 'ecdsa').text.split('\n').slice(1, -2).join(''), 'base64')
    for (let length = 0; length < bytes.length - 24; length += 7) {
      const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.subarray(0, length).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----`
      await expect(importKey(text)).rejects.toMatchObject({ code: 'invalid_key' })
    }
  })
})
