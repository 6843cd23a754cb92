/** The one base of every error of the family. */

import type { ErrorCode } from './error-codes.ts'

export interface AuthlibErrorOptions {
  /** HTTP status the error is answered with. Default 500. */
  readonly status?: number | undefined
  /** What the developer can do about it, for logs and for pages of development. Never sent by the library. */
  readonly hint?: string | undefined
  /** Internal detail for logs and events; control characters are escaped. Never sent. */
  readonly reason?: string | undefined
  readonly cause?: unknown
}

/**
 * An error with a stable `code` to switch on. `message` is our own constant text: no caller input, no credential.
 * Detail goes to `reason`, advice to `hint`.
 */
export class AuthlibError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly hint: string | undefined
  readonly reason: string | undefined

  constructor(code: ErrorCode, message: string, { status = 500, hint, reason, cause }: AuthlibErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.code = code
    this.status = status
    this.hint = hint
    // Text of the other side could forge log lines or drive a terminal.
    this.reason = reason?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, encodeURIComponent)
  }
}
