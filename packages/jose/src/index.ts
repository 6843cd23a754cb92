export type { AlgorithmName, JweAlgorithmName, JweEncryptionName, JwsAlgorithmName } from './algorithm-name.ts'
export {
  curves,
  type Curve,
  type CurveRow,
  findJwsRow,
  type JwsAlgorithm,
  jwsAlgorithms,
  type JwsRow,
  type KeyType,
} from './algorithms.ts'
export {
  decryptAnyJwe,
  inspectUnverified,
  type Serialization,
  type UnverifiedToken,
  verifyAnyJws,
} from './any-serialization.ts'
export * from './cached-verifier.ts'
export {
  checkClaims,
  type ClaimRule,
  type JwtClaims,
  type JwtDecryption,
  type JwtPolicy,
  type NewJwtClaims,
} from './claims.ts'
export * from './errors.ts'
export { decodeUnverifiedJwt, signJwt, type SignJwtOptions, type VerifiedJwt, verifyJwt } from './jwt.ts'
export { decryption, decryptJwt, encryptJwt } from './jwt-encrypted.ts'
export type { JwsHeader } from './header.ts'
export * from './header-parameters.ts'
export type { Jwk, JwkSet } from './jwk.ts'
export * from './jwk-import.ts'
export { decryptJwe, decryptJweJson, type DecryptedJwe, type DecryptJweOptions } from './jwe-decrypt.ts'
export {
  type JweAlgorithm,
  jweAlgorithms,
  type JweEncryption,
  type JweEncryptionRow,
  jweEncryptions,
  type JweRow,
} from './jwe-algorithms.ts'
export { findEncryptionKey } from './jwe-key.ts'
export * from './jwe.ts'
export type {
  ContentEncryption,
  DeliveredKey,
  JweImplementation,
  KeyAgreement,
  KeyDelivery,
  KeyManagement,
  KeyRequest,
} from './jwe-implementation.ts'
export type { FlattenedJwe, GeneralJwe, JweHeader } from './jwe-parts.ts'
export type { Content } from './jws-content.ts'
export {
  decodeUnverifiedJws,
  signJws,
  type SignJwsOptions,
  type VerifiedJws,
  verifyJws,
  type VerifyJwsOptions,
} from './jws.ts'
export {
  type FlattenedJws,
  type GeneralJws,
  type JwsSignature,
  type JwsSigner,
  signFlattenedJws,
  signGeneralJws,
  type SignJwsJsonOptions,
  type VerifiedJwsJson,
  verifyJwsJson,
  type VerifyJwsJsonOptions,
} from './jws-json.ts'
export type { LifetimeOptions } from './jwt-payload.ts'
export type { KeyResolver, VerificationKeys } from './jws-signature.ts'
export * from './external-key.ts'
export { Key } from './key.ts'
export * from './key-choice.ts'
export * from './key-export.ts'
export * from './key-generate.ts'
export * from './key-import.ts'
export * from './key-set.ts'
export * from './policies.ts'
export * from './remote-key-set.ts'
export { weakRsa1_5 } from './rsa1-5.ts'
export * from './sensitive-claims.ts'
export { type SignatureAlgorithm, signatureAlgorithm, type SignatureCode } from './signature-algorithm.ts'
export { type SigningKeys, staticKeys } from './signing-keys.ts'
export { type StoredKeys, storedKeys, type StoredKeysOptions } from './stored-keys.ts'
export * from './standard-schema.ts'
export * from './thumbprint.ts'
