import { readFileSync } from 'node:fs'
import { createCipheriv } from 'node:crypto'
import { encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import { decryptJwe, encryptJwe, generateKey, importSecret, jweAlgorithms, type Key, KeySet } from '../index.ts'
import { c20p, ecdh1Pu, xc20p } from './index.ts'

type Vector = Record<'key' | 'iv' | 'aad' | 'plaintext' | 'ciphertext' | 'tag', string>
const vectors = JSON.parse(readFileSync(new URL('../../vectors/chacha.json', import.meta.url), 'utf8')) as Record<
  'C20P' | 'XC20P' | 'jose',
  Vector
>
const implementations = [c20p, xc20p]

function bytesOf(vector: Vector, encoding: 'hex' | 'base64url') {
  const read = (name: keyof Vector) => new Uint8Array(Buffer.from(vector[name], encoding))
  return {
    content: { cek: read('key'), iv: read('iv'), plaintext: read('plaintext') },
    expected: { ciphertext: read('ciphertext'), tag: read('tag') },
    aad: read('aad'),
  }
}

describe('AJ-30, JJ-20: contents under ChaCha20-Poly1305', () => {
  it.each([
    ['RFC 8439 §2.8.2', c20p, 'C20P'],
    ['draft-irtf-cfrg-xchacha-03 §A.3.1', xc20p, 'XC20P'],
  ] as const)('are those of %s', async (_, algorithm, name) => {
    const { content, expected, aad } = bytesOf(vectors[name], 'hex')
    expect(await algorithm.encrypt({ ...content, aad })).toEqual(expected)
    expect(await algorithm.decrypt({ ...content, ...expected, aad })).toEqual(content.plaintext)
  })

  it('are those of the example in draft-amringer-jose-chacha-02', async () => {
    const { content, expected } = bytesOf(vectors.jose, 'base64url')
    const aad = encodeUtf8(vectors.jose.aad)
    expect(await xc20p.encrypt({ ...content, aad })).toEqual(expected)
  })

  it.each(['C20P', 'XC20P'])('%s go there and back with every key management, and not when changed', async (enc) => {
    for (const alg of jweAlgorithms) {
      const key: Key = alg.startsWith('PBES2')
        ? await importSecret('a password', { alg })
        : await generateKey(alg === 'dir' ? enc : alg, { implementations })
      const token = await encryptJwe('text', key, { enc, implementations })
      expect((await decryptJwe(token, key, { implementations })).plaintext).toEqual(encodeUtf8('text'))
      for (const part of [3, 4]) {
        const parts = token.split('.')
        const bytes = Buffer.from(parts[part]!, 'base64url').map((byte, at) => (at === 0 ? byte ^ 1 : byte))
        parts[part] = Buffer.from(bytes).toString('base64url')
        const changed = parts.join('.')
        await expect(decryptJwe(changed, key, { implementations })).rejects.toMatchObject({ code: 'decryption_failed' })
      }
      await expect(decryptJwe(token, key)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    }
  })

  it('have nonces and tags of one length', async () => {
    const key = await generateKey('XC20P', { implementations, kid: 'x' })
    const parts = (await encryptJwe('text', key, { implementations })).split('.')
    for (const [part, length] of [
      [2, 12],
      [2, 25],
      [4, 12],
      [4, 17],
    ] as const) {
      const changed = parts.with(part, Buffer.alloc(length).toString('base64url')).join('.')
      await expect(decryptJwe(changed, KeySet.of(key), { implementations })).rejects.toMatchObject({
        code: 'decode_error',
      })
    }
  })

  it('C20P is what node:crypto makes', async () => {
    const secret = Buffer.alloc(32, 5)
    const key = await importSecret(secret, { alg: 'dir' })
    const header = Buffer.from('{"alg":"dir","enc":"C20P"}').toString('base64url')
    const cipher = createCipheriv('chacha20-poly1305', secret, Buffer.alloc(12), { authTagLength: 16 })
    cipher.setAAD(Buffer.from(header), { plaintextLength: 4 })
    const body = [Buffer.alloc(12), Buffer.concat([cipher.update('text'), cipher.final()]), cipher.getAuthTag()]
    const token = [header, '', ...body.map((part) => part.toString('base64url'))].join('.')
    expect((await decryptJwe(token, key, { implementations })).plaintext).toEqual(encodeUtf8('text'))
  })

  it('are not committing: ECDH-1PU takes them without key wrapping only (draft-madden-jose-ecdh-1pu-04 §2.1)', async () => {
    const sender = await generateKey('ECDH-1PU', { implementations: ecdh1Pu({ sender: KeySet.of() }) })
    for (const alg of ['ECDH-1PU', 'ECDH-1PU+A256KW']) {
      const all = [...implementations, ...ecdh1Pu({ sender })]
      const { alg: _, ...jwk } = sender.privateJwk()
      const recipient = KeySet.from({ keys: [{ ...jwk, use: 'enc' }] })
      const [key] = recipient
      const token = encryptJwe('text', key!, { alg, enc: 'XC20P', implementations: all })
      if (alg === 'ECDH-1PU') expect(await token).toContain('..')
      else await expect(token).rejects.toBeInstanceOf(TypeError)
    }
  })
})
