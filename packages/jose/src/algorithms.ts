/** Everything there is to know about a signature algorithm, in one place. Code elsewhere takes the row. */

/** Signature algorithms: RFC 7518 §3, RFC 8037, RFC 8812, RFC 9864, RFC 9964. `none` does not exist here. */
export type JwsAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'ES256K'
  | 'EdDSA'
  | 'Ed25519'
  | 'Ed448'
  | 'ML-DSA-44'
  | 'ML-DSA-65'
  | 'ML-DSA-87'

/** `kty` of a JWK. RFC 7518 §6.1, RFC 8037 §2, RFC 9964 §3. */
export type KeyType = 'oct' | 'RSA' | 'EC' | 'OKP' | 'AKP'
/** Elliptic curves, as `crv` names them. RFC 7518 §7.6, RFC 8037, RFC 8812. */
export type Curve = 'P-256' | 'P-384' | 'P-521' | 'secp256k1' | 'Ed25519' | 'Ed448' | 'X25519' | 'X448'

/** A row of the table. Families are named as in WebCrypto, where they have a name; `custom` is for rows that are not in it. */
export interface JwsRow {
  readonly alg: string
  readonly family: 'HMAC' | 'RSASSA-PKCS1-v1_5' | 'RSA-PSS' | 'ECDSA' | 'EdDSA' | 'ML-DSA' | 'custom'
  readonly kty: KeyType
  /** The one curve that fits, where there are curves. */
  readonly crv?: Curve
  /** Hash of the signature; also that of `at_hash` and `c_hash` (OpenID Connect Core §3.1.3.6). */
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512' | 'SHAKE256'
  /** Bytes that are taken of SHAKE256. */
  readonly hashLength?: number
  /** Exact length of a signature in bytes; 0: that of the RSA modulus. */
  readonly signatureLength: number
  /** Exact length of the public key in bytes, where the algorithm itself is the kind of key (AKP). */
  readonly publicLength?: number
  /** As much of its private key. Default 32. */
  readonly privateLength?: number
}

/** Facts about a curve: bytes of a coordinate (of the key for OKP), and the name of the key type. */
export interface CurveRow {
  readonly kty: 'EC' | 'OKP'
  readonly size: number
}

/** What is known of each curve; sizes in bytes. */
export const curves: Readonly<Record<Curve, CurveRow>> = {
  'P-256': { kty: 'EC', size: 32 },
  'P-384': { kty: 'EC', size: 48 },
  'P-521': { kty: 'EC', size: 66 },
  secp256k1: { kty: 'EC', size: 32 },
  Ed25519: { kty: 'OKP', size: 32 },
  Ed448: { kty: 'OKP', size: 57 },
  X25519: { kty: 'OKP', size: 32 },
  X448: { kty: 'OKP', size: 56 },
}

const rows: readonly (JwsRow & { readonly alg: JwsAlgorithm })[] = [
  { family: 'HMAC', kty: 'oct', alg: 'HS256', hash: 'SHA-256', signatureLength: 32 },
  { family: 'HMAC', kty: 'oct', alg: 'HS384', hash: 'SHA-384', signatureLength: 48 },
  { family: 'HMAC', kty: 'oct', alg: 'HS512', hash: 'SHA-512', signatureLength: 64 },
  { family: 'RSASSA-PKCS1-v1_5', kty: 'RSA', alg: 'RS256', hash: 'SHA-256', signatureLength: 0 },
  { family: 'RSASSA-PKCS1-v1_5', kty: 'RSA', alg: 'RS384', hash: 'SHA-384', signatureLength: 0 },
  { family: 'RSASSA-PKCS1-v1_5', kty: 'RSA', alg: 'RS512', hash: 'SHA-512', signatureLength: 0 },
  { family: 'RSA-PSS', kty: 'RSA', alg: 'PS256', hash: 'SHA-256', signatureLength: 0 },
  { family: 'RSA-PSS', kty: 'RSA', alg: 'PS384', hash: 'SHA-384', signatureLength: 0 },
  { family: 'RSA-PSS', kty: 'RSA', alg: 'PS512', hash: 'SHA-512', signatureLength: 0 },
  { family: 'ECDSA', kty: 'EC', alg: 'ES256', crv: 'P-256', hash: 'SHA-256', signatureLength: 64 },
  { family: 'ECDSA', kty: 'EC', alg: 'ES384', crv: 'P-384', hash: 'SHA-384', signatureLength: 96 },
  { family: 'ECDSA', kty: 'EC', alg: 'ES512', crv: 'P-521', hash: 'SHA-512', signatureLength: 132 },
  { family: 'ECDSA', kty: 'EC', alg: 'ES256K', crv: 'secp256k1', hash: 'SHA-256', signatureLength: 64 },
  // The polymorphic name of RFC 8037 §3.1, which RFC 9864 deprecates: the curve of the key decides.
  { family: 'EdDSA', kty: 'OKP', alg: 'EdDSA', crv: 'Ed25519', hash: 'SHA-512', signatureLength: 64 },
  { family: 'EdDSA', kty: 'OKP', alg: 'EdDSA', crv: 'Ed448', hash: 'SHAKE256', hashLength: 114, signatureLength: 114 },
  { family: 'EdDSA', kty: 'OKP', alg: 'Ed25519', crv: 'Ed25519', hash: 'SHA-512', signatureLength: 64 },
  { family: 'EdDSA', kty: 'OKP', alg: 'Ed448', crv: 'Ed448', hash: 'SHAKE256', hashLength: 114, signatureLength: 114 },
  // RFC 9964 §5. The hash is that of the message in FIPS 204, Algorithm 7 step 6.
  {
    family: 'ML-DSA',
    kty: 'AKP',
    alg: 'ML-DSA-44',
    hash: 'SHAKE256',
    hashLength: 64,
    signatureLength: 2420,
    publicLength: 1312,
  },
  {
    family: 'ML-DSA',
    kty: 'AKP',
    alg: 'ML-DSA-65',
    hash: 'SHAKE256',
    hashLength: 64,
    signatureLength: 3309,
    publicLength: 1952,
  },
  {
    family: 'ML-DSA',
    kty: 'AKP',
    alg: 'ML-DSA-87',
    hash: 'SHAKE256',
    hashLength: 64,
    signatureLength: 4627,
    publicLength: 2592,
  },
]

/**
 * The row of an algorithm, or null. Names are case-sensitive (RFC 7515 §4.1.1). With the curve of a key, the row of that
 * curve: only `EdDSA` has two.
 */
export function findJwsRow(alg: string, crv?: string): JwsRow | null {
  return rows.find((row) => row.alg === alg && row.crv === crv) ?? rows.find((row) => row.alg === alg) ?? null
}

/** Every signature algorithm the table knows. */
export const jwsAlgorithms: readonly JwsAlgorithm[] = /* @__PURE__ */ names()

function names(): readonly JwsAlgorithm[] {
  return [...new Set(rows.map(({ alg }) => alg))]
}
