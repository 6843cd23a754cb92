/** The JSON serialization of an SD-JWT: flattened, under one signature, or general, under several. RFC 9901 §8 */

import type { JwtClaims, NewJwtClaims } from '../jwt/claims.ts'
import { prepareClaims } from '../jwt/payload.ts'
import { invalidHeader } from '../jws/header.ts'
import {
  type FlattenedJws,
  type GeneralJws,
  type JwsSigner,
  signGeneralJws,
  type VerifiedJwsJson,
  verifyJwsJson,
  type VerifyJwsJsonOptions,
} from '../jws/json.ts'
import type { VerificationKeys } from '../jws/signature.ts'
import type { Key } from '../keys/key.ts'
import { concealClaims } from './conceal.ts'
import type { IssueSdJwtOptions } from './issue.ts'
import { carriesParts, readSdJwtJson } from './json-parts.ts'
import { presentSdJwt, type PresentSdJwtOptions } from './present.ts'
import { MAX_SIZE, splitSdJwt } from './split.ts'
import { type SdJwtPolicy, verifyContent } from './verify.ts'

/** `typ` is in the protected header of each signature; the rest of a header is the signer's. */
export type IssueSdJwtJsonOptions = Omit<IssueSdJwtOptions, 'alg' | 'header'>

/** What a presentation in JSON has to satisfy. `validate` is asked about each signature, with its protected header. */
export interface SdJwtJsonPolicy extends SdJwtPolicy, Pick<VerifyJwsJsonOptions, 'signatures'> {}

/** A presentation in JSON that holds. */
export interface VerifiedSdJwtJson extends Pick<VerifiedJwsJson, 'signatures'> {
  readonly claims: JwtClaims
  /** The key of the holder, where its possession was proven. */
  readonly holderKey?: Key
}

/** Under one signature. Every disclosure is in the unprotected header: for the holder. */
export async function issueFlattenedSdJwt(
  claims: NewJwtClaims,
  signer: JwsSigner,
  options: IssueSdJwtJsonOptions,
): Promise<FlattenedJws> {
  const { signatures, ...rest } = await issueGeneralSdJwt(claims, [signer], options)
  return { ...rest, ...signatures[0]! } // one signer, one signature
}

/** Under one signature of each signer. Every disclosure is in the unprotected header of the first: for the holder. */
export async function issueGeneralSdJwt(
  claims: NewJwtClaims,
  signers: readonly JwsSigner[],
  { typ = 'JWT', ...options }: IssueSdJwtJsonOptions,
): Promise<GeneralJws> {
  if (signers.some(({ header, unprotected }) => carriesParts(header) || carriesParts(unprotected)))
    throw new TypeError('disclosures and kb_jwt are not for the signer to say')
  const { claims: visible, disclosures } = await concealClaims(claims, options)
  const signatures = signers.map((signer, index) => ({
    ...signer,
    header: { ...(typ !== null && { typ }), ...signer.header },
    ...(index === 0 && { unprotected: { ...signer.unprotected, disclosures } }), // §8.3
  }))
  return signGeneralJws(JSON.stringify(prepareClaims(visible, options)), signatures)
}

/** What goes to the verifier, in the form in which it was issued. The holder has verified it then. */
export function presentSdJwtJson(sdJwt: FlattenedJws, options: PresentSdJwtOptions): Promise<FlattenedJws>
export function presentSdJwtJson(sdJwt: GeneralJws, options: PresentSdJwtOptions): Promise<GeneralJws>
export async function presentSdJwtJson(
  sdJwt: FlattenedJws | GeneralJws,
  options: PresentSdJwtOptions,
): Promise<FlattenedJws | GeneralJws> {
  const { payload, first, others, compact } = readSdJwtJson(sdJwt)
  const [, ...disclosures] = (await presentSdJwt(compact, options)).split('~')
  const keyBinding = disclosures.pop()
  const header = { ...first.header, disclosures, ...(keyBinding !== '' && { kb_jwt: keyBinding }) }
  const signature = { ...first, header }
  return 'signatures' in sdJwt ? { payload, signatures: [signature, ...others] } : { payload, ...signature }
}

/**
 * The claims as the issuers signed them, with what the holder disclosed in its place. Takes either form, as an object.
 * Throws a `JoseError`. What only the unprotected header says counts for nothing but the choice of a key.
 */
export async function verifySdJwtJson(
  presentation: FlattenedJws | GeneralJws,
  keys: VerificationKeys,
  policy: SdJwtJsonPolicy,
): Promise<VerifiedSdJwtJson> {
  const { algorithms, signatures: wanted = 'all', maxSize = MAX_SIZE } = policy
  const { payload: content, first, others, compact } = readSdJwtJson(presentation, maxSize)
  const parts = await splitSdJwt(compact, maxSize) // §8.4
  const jws = { payload: content, signatures: [first, ...others] }
  const options = { signatures: wanted, maxSize, ...(algorithms && { algorithms }) }
  const { payload, signatures } = await verifyJwsJson(jws, keys, options)
  const headers = signatures.map(({ protectedHeader }) => protectedHeader)
  for (const header of headers) {
    if (header.alg === undefined) throw invalidHeader('alg is not protected') // the compact form has no other place
    if (carriesParts(header)) throw invalidHeader('disclosures or kb_jwt is protected') // §8.1
  }
  return { signatures, ...(await verifyContent(parts, payload, headers, policy)) }
}
