export type { AlgorithmName, JweAlgorithmName, JweEncryptionName, JwsAlgorithmName } from './shared/algorithm-name.ts'
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
  type InspectOptions,
  inspectUnverified,
  type Serialization,
  type UnverifiedToken,
  verifyAnyJws,
} from './any-serialization.ts'
export * from './jwt/cached-verifier.ts'
export {
  checkClaims,
  type ClaimRule,
  type JwtClaims,
  type JwtDecryption,
  type JwtPolicy,
  type NewJwtClaims,
} from './jwt/claims.ts'
export * from './errors.ts'
export { decodeUnverifiedJwt, signJwt, type SignJwtOptions, type VerifiedJwt, verifyJwt } from './jwt/signed.ts'
export { decryption, decryptJwt, encryptJwt } from './jwt/encrypted.ts'
export type { JwsHeader } from './jws/header.ts'
export * from './jws/header-parameters.ts'
export type { Jwk, JwkSet } from './keys/jwk.ts'
export { importJwk, type ImportJwkOptions, type ImportKeyOptions } from './keys/jwk-import.ts'
export { decryptJwe, decryptJweJson, type DecryptedJwe, type DecryptJweOptions } from './jwe/decrypt.ts'
export {
  type JweAlgorithm,
  jweAlgorithms,
  type JweEncryption,
  type JweEncryptionRow,
  jweEncryptions,
  type JweRow,
} from './jwe/algorithms.ts'
export { findEncryptionKey } from './jwe/key.ts'
export * from './jwe/encrypt.ts'
export type {
  ContentEncryption,
  DeliveredKey,
  JweImplementation,
  KeyAgreement,
  KeyDelivery,
  KeyManagement,
  KeyRequest,
} from './jwe/implementation.ts'
export type { FlattenedJwe, GeneralJwe, JweHeader } from './jwe/parts.ts'
export type { Content } from './jws/content.ts'
export {
  decodeUnverifiedJws,
  signJws,
  type SignJwsOptions,
  type VerifiedJws,
  verifyJws,
  type VerifyJwsOptions,
} from './jws/compact.ts'
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
} from './jws/json.ts'
export type { LifetimeOptions } from './jwt/payload.ts'
export type { KeyResolver, VerificationKeys } from './jws/signature.ts'
export { ecdsaSignatureFromDer } from './formats/ecdsa-signature.ts'
export * from './keys/external-key.ts'
export { Key } from './keys/key.ts'
export * from './keys/choice.ts'
export * from './keys/export.ts'
export * from './keys/generate.ts'
export * from './keys/import.ts'
export * from './keys/key-set.ts'
export * from './jwt/policies.ts'
export * from './keys/remote-key-set.ts'
export { weakRsa1_5 } from './jwe/rsa1-5.ts'
export * from './jwt/sensitive-claims.ts'
export { sign } from './keys/sign.ts'
export { type SignatureAlgorithm, signatureAlgorithm, type SignatureCode } from './keys/signature-algorithm.ts'
export { type SigningKeys, staticKeys } from './keys/signing-keys.ts'
export { type StoredKeys, storedKeys, type StoredKeysOptions } from './keys/stored-keys.ts'
export * from './jwt/standard-schema.ts'
export * from './keys/thumbprint.ts'
