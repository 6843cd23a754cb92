/** The border of Hono for the login registry of core. */

import type { SyncAdapter } from '@authlib/core'
import type { Context } from 'hono'
import { setCookies } from './cookies.ts'
import { honoRequest } from './request.ts'
import { respond } from './respond.ts'

/** `new OAuth({ adapter: honoAdapter, … })`. Its context is `c`; handlers return what the registry answers. */
export const honoAdapter: SyncAdapter<Context, Response> = {
  request: (c) => honoRequest(c),
  respond,
  setCookies,
}
