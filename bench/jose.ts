/**
 * Signing and verifying a JWT: ours against jose, fast-jwt, jsonwebtoken and bare node:crypto, interleaved in one run,
 * one call at a time and 64 in flight. `node --conditions=@authlib/source bench/jose.ts [alg …]`
 *
 * Prints operations per second of ours, and the others as a ratio to ours: 0.50 is half as fast.
 */

import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createHmac,
  type JsonWebKey,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import {
  cachedVerifier,
  decryptJwe,
  encryptJwe,
  exportPublicPem,
  generateKey,
  type JwtPolicy,
  KeySet,
  signJwt,
  verifyJwt,
} from '@authlib/jose'
import { createSigner, createVerifier } from 'fast-jwt'
import * as jose from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { compare, type Contender, formatTable } from './compare.ts'
import { audience, claims, issuer } from './token.ts'

const algorithms = process.argv.length > 2 ? process.argv.slice(2) : ['HS256', 'RS256', 'ES256', 'EdDSA']

for (const alg of algorithms) {
  const { signing, verifying } = await contenders(alg)
  for (const [title, set] of [
    ['sign', signing],
    ['verify', verifying],
  ] as const) {
    for (const inFlight of [1, 64])
      console.log(formatTable(`${alg} ${title}, ${inFlight} in flight`, await compare(set, { inFlight })))
  }
}

const more: [title: string, set: Contender[]][] = [['ES256 verify with a cache', await cachedContenders()]]
for (const alg of ['dir', 'A128KW', 'A128GCMKW', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW']) {
  const { encrypting, decrypting } = await encryptionContenders(alg)
  more.push([`${alg} encrypt`, encrypting], [`${alg} decrypt`, decrypting])
}
for (const [title, set] of more) {
  for (const inFlight of [1, 64])
    console.log(formatTable(`${title}, ${inFlight} in flight`, await compare(set, { inFlight })))
}

/** A fresh string each time, as it comes from a request: its hash is not known yet. */
async function cachedContenders(): Promise<Contender[]> {
  const key = await generateKey('ES256', { kid: 'k' })
  const token = await signJwt(claims, key)
  const policy: JwtPolicy = { issuer, audience, algorithms: ['ES256'] }
  const cached = cachedVerifier(key, policy)
  const fast = createVerifier({
    key: exportPublicPem(key),
    algorithms: ['ES256'],
    allowedIss: issuer,
    allowedAud: audience,
    cache: true,
  })
  const bytes = Buffer.from(token)
  return [
    ['authlib', () => cached.verify(bytes.toString('latin1'))],
    ['fast-jwt', () => fast(bytes.toString('latin1')) as unknown],
  ]
}

async function encryptionContenders(alg: string): Promise<{ encrypting: Contender[]; decrypting: Contender[] }> {
  const enc = 'A256GCM'
  const key = await generateKey(alg === 'dir' ? enc : alg)
  const text = JSON.stringify(claims)
  const bytes = new TextEncoder().encode(text)
  const token = await encryptJwe(text, key)
  const own = await jose.importJWK({ ...key.privateJwk() } as jose.JWK, alg)
  const open = key.kty === 'oct' ? own : await jose.importJWK({ ...key.publicJwk() } as jose.JWK, alg)
  return {
    encrypting: [
      ['authlib', () => encryptJwe(text, key)],
      ['jose', () => new jose.CompactEncrypt(bytes).setProtectedHeader({ alg, enc }).encrypt(open)],
    ],
    decrypting: [
      ['authlib', () => decryptJwe(token, key)],
      ['jose', () => jose.compactDecrypt(token, own)],
    ],
  }
}

async function contenders(alg: string): Promise<{ signing: Contender[]; verifying: Contender[] }> {
  const key = await generateKey(alg, { kid: 'k' })
  const jwk = { ...key.privateJwk() } as JsonWebKey
  const secret = alg.startsWith('HS') ? createSecretKey(Buffer.from(jwk.k ?? '', 'base64url')) : undefined
  const privateKey = secret ?? createPrivateKey({ key: jwk, format: 'jwk' })
  const publicKey = secret ?? createPublicKey({ key: jwk, format: 'jwk' })
  const pem = secret ? secret.export() : privateKey.export({ format: 'pem', type: 'pkcs8' })
  const publicPem = secret ? secret.export() : publicKey.export({ format: 'pem', type: 'spki' })
  const josePrivate = await jose.importJWK(jwk, alg)
  const josePublic = secret ? josePrivate : await jose.importJWK({ ...key.publicJwk() } as jose.JWK, alg)
  const token = await signJwt(claims, key)
  const policy: JwtPolicy = { issuer, audience, algorithms: [alg] }
  const thousand = KeySet.of(...(await manyKeys(alg, 999)), key)

  const fastSign = createSigner({ key: pem, algorithm: alg as 'HS256', kid: key.kid ?? '' })
  const fastVerify = createVerifier({
    key: publicPem,
    algorithms: [alg as 'HS256'],
    allowedIss: issuer,
    allowedAud: audience,
  })
  const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid: key.kid })).toString('base64url')
  const dot = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(dot + 1), 'base64url')
  const input = Buffer.from(token.slice(0, dot), 'latin1')
  const digest = alg === 'EdDSA' ? null : 'sha256'
  const raw = alg.startsWith('ES') ? 'ieee-p1363' : undefined

  const signing: Contender[] = [
    ['authlib', () => signJwt(claims, key)],
    ['fast-jwt', () => fastSign(claims)],
    [
      'jose',
      () =>
        new jose.SignJWT(claims)
          .setProtectedHeader({ alg, typ: 'JWT', ...(key.kid && { kid: key.kid }) })
          .sign(josePrivate),
    ],
    [
      'raw crypto',
      () => {
        const text = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
        const made = secret
          ? createHmac('sha256', secret).update(text).digest()
          : sign(digest, Buffer.from(text), raw ? { key: privateKey, dsaEncoding: raw } : privateKey)
        return `${text}.${made.toString('base64url')}`
      },
    ],
  ]
  const check = (signed: Buffer, given: Buffer): boolean =>
    secret
      ? timingSafeEqual(createHmac('sha256', secret).update(signed).digest(), given)
      : verify(digest, signed, raw ? { key: publicKey, dsaEncoding: raw } : publicKey, given)
  const verifying: Contender[] = [
    ['authlib', () => verifyJwt(token, key, policy)],
    ['authlib, 1,000 keys', () => verifyJwt(token, thousand, policy)],
    ['fast-jwt', () => fastVerify(token) as unknown],
    ['jose', () => jose.jwtVerify(token, josePublic, { issuer, audience, algorithms: [alg] })],
    ['raw crypto', () => check(input, signature)],
    [
      'raw crypto, token read',
      () => {
        const [head = '', payload = '', given = ''] = token.split('.')
        if (!check(Buffer.from(`${head}.${payload}`, 'latin1'), Buffer.from(given, 'base64url'))) return null
        return JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown
      },
    ],
  ]
  if (alg !== 'EdDSA') {
    signing.push([
      'jsonwebtoken',
      () => jsonwebtoken.sign(claims, privateKey, { algorithm: alg as 'HS256', ...(key.kid && { keyid: key.kid }) }),
    ])
    verifying.push([
      'jsonwebtoken',
      () => jsonwebtoken.verify(token, publicKey, { algorithms: [alg as 'HS256'], issuer, audience }),
    ])
  }
  return { signing, verifying }
}

/** RSA keys take long to make: one of them under many names does as well. */
async function manyKeys(alg: string, count: number) {
  const { kid: _, ...jwk } = (await generateKey(alg)).privateJwk()
  return [...KeySet.from({ keys: Array.from({ length: count }, (_, i) => ({ ...jwk, kid: `k${i}` })) })]
}
