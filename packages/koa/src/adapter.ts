/** Requests and responses of Koa for the login registry of core. */

import { serializeCookie, type SyncAdapter } from '@authlib/core'
import type { Context } from 'koa'
import { koaRequest } from './request.ts'
import { respond } from './respond.ts'

/** `new OAuth({ adapter: koaAdapter, … })`. Its context is `ctx`. */
export const koaAdapter: SyncAdapter<Context> = {
  request: (ctx) => koaRequest(ctx),
  respond,
  setCookies(ctx, cookies) {
    for (const cookie of cookies) ctx.append('set-cookie', serializeCookie(cookie))
  },
}
