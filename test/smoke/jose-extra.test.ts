import { decryptJwe, encryptJwe, generateKey, importKey, KeySet, signJwt, verifyJwt } from '@authlib/jose'
import {
  c20p,
  c20pKw,
  ecdh1Pu,
  ecdhEsC20pKw,
  ecdhEsXc20pKw,
  ed448,
  es256k,
  mlDsa44,
  mlDsa65,
  mlDsa87,
  x448,
  xc20p,
  xc20pKw,
} from '@authlib/jose/extra'
import { expect, it } from 'vitest'

const claims = { sub: 'u', exp: 4_000_000_000 }

it.each([es256k, ed448, mlDsa44, mlDsa65, mlDsa87])(
  'signs with $row.alg, whether or not the runtime has it',
  async (algorithm) => {
    const implementations = [algorithm]
    const key = await generateKey(algorithm.row.alg, { implementations })
    const token = await signJwt(claims, key)
    const keys = KeySet.from({ keys: [key.publicJwk()] }, { implementations })
    expect((await verifyJwt(token, keys, {})).claims).toEqual(claims)
    const [head, , signature] = token.split('.')
    await expect(verifyJwt(`${head}.e30.${signature}`, keys, {})).rejects.toMatchObject({ code: 'bad_signature' })
  },
)

it.each([
  ['ECDH-ES', 'A256GCM'],
  ['ECDH-ES+A256KW', 'A128CBC-HS256'],
  ['ECDH-ES', 'C20P'],
  ['ECDH-ES+A128KW', 'XC20P'],
  ['ECDH-ES+C20PKW', 'A256GCM'],
  ['ECDH-ES+XC20PKW', 'A128CBC-HS256'],
])('agrees on X448 with %s and %s, whether or not the runtime has it', async (alg, enc) => {
  const implementations = [x448, c20p, xc20p, ecdhEsC20pKw, ecdhEsXc20pKw]
  const key = await generateKey(alg, { crv: 'X448', implementations })
  const token = await encryptJwe('text', key, { enc, implementations })
  expect((await decryptJwe(token, key, { implementations })).plaintext).toEqual(new TextEncoder().encode('text'))
})

it.each([c20pKw, xc20pKw])('wraps keys with $row.alg', async (wrap) => {
  const implementations = [wrap, c20p]
  const key = await generateKey(wrap.row.alg, { implementations })
  for (const enc of ['A256GCM', 'C20P']) {
    const token = await encryptJwe('text', key, { enc, implementations })
    expect((await decryptJwe(token, key, { implementations })).plaintext).toEqual(new TextEncoder().encode('text'))
  }
})

it('decrypts with X448 what Authlib for Python has encrypted (RFC 7748 §5)', async () => {
  const key = await importKey(
    {
      kty: 'OKP',
      crv: 'X448',
      x: '7KIr4YnkrSgTAbF5no9aRd_u8wBFFFF0EWzFLUSkkhIllaKEPhBkvBczfOKsVd8JaZVuhX-XXtI',
      d: 'KMO0X9Uka2AJHgLqBWcI3Tsk4OJCBbQ0eYGILdi1nMzb17vVkxbl4SN57ZuN2RJ-jBbetwLRXYs',
    },
    { alg: 'ECDH-ES' },
  )
  const token =
    'eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJYNDQ4IiwieCI6IjBUOGVnUTFTSEpGR2pYVHJtVjVwVU9Na1NKWEFvNlhqcjViejBiV3pNaGtGMkcyNG9KNUlzTzdIS0FFTXltSnI0TGJ6ZV9QdnhaZyIsImt0eSI6Ik9LUCJ9fQ..HF_nHyQ5SQ-vittd.bdx43iad70aYTlTxT-JV1r5S.xOueGIznKzSTdJoOUpJppA'
  const { plaintext } = await decryptJwe(token, key, { implementations: [x448] })
  expect(new TextDecoder().decode(plaintext)).toBe('agreed by RFC 7748')
})

it('shows with ECDH-1PU who has sent it', async () => {
  const [alice, bob] = await Promise.all(
    [1, 2].map(() => generateKey('ECDH-1PU+A256KW', { implementations: ecdh1Pu({ sender: KeySet.of() }) })),
  )
  const implementations = ecdh1Pu({ sender: alice! })
  const token = await encryptJwe('text', bob!, { enc: 'A256CBC-HS512', implementations })
  expect((await decryptJwe(token, bob!, { implementations })).plaintext).toEqual(new TextEncoder().encode('text'))
  const others = ecdh1Pu({ sender: bob! })
  await expect(decryptJwe(token, bob!, { implementations: others })).rejects.toMatchObject({
    code: 'decryption_failed',
  })
})
