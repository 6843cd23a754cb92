import type { CurrentToken } from '@authlib/core'

declare global {
  namespace App {
    interface Locals {
      /** The token with which `protect` has let the request in. */
      token?: CurrentToken
    }
  }
}
