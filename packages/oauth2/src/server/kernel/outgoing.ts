/** How a server calls URLs that others chose. Loaded by the first call: a server that makes none does not carry it. */

import { publicAddresses } from '@authlib/core'
import { send, type SendOptions, type SendResponse } from '@authlib/core/kit'
import type { OutgoingOptions } from './options.ts'

/** @throws AuthlibError as `send` of core */
export function sendOut(
  url: string | URL,
  options: Omit<SendOptions, 'fetch' | 'addresses'> | undefined,
  { fetch, allowPrivateAddresses }: OutgoingOptions,
): Promise<SendResponse> {
  return send(url, { ...options, fetch, addresses: allowPrivateAddresses === true ? 'any' : publicAddresses })
}
