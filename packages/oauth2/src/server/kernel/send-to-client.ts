/** The way from an answer to the redirect URI. */

import type { HttpResponse } from '@authlib/core'
import type { ResponseTarget } from '../contract/requests.ts'
import type { Registry } from './registry.ts'

/** Answers at the redirect URI, with `state` and whatever extensions add. */
export async function sendToClient(
  registry: Registry,
  target: ResponseTarget,
  params: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const { state } = target
  const all: Record<string, string> = { ...params, ...(state !== undefined && { state }) }
  for (const add of registry.moments.authorizationResponse) Object.assign(all, await add(target))
  return target.responseMode.respond(all, target)
}
