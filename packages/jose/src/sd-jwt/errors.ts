import { JoseError } from '../errors.ts'

/** Not an SD-JWT whose disclosures belong to it; `reason` says why, without its text. */
export function invalidSdJwt(reason: string, cause?: unknown): JoseError {
  return new JoseError('decode_error', 'The SD-JWT is malformed', { reason, cause })
}
