/** Authlib where requests and responses are Web objects. */

import { toResponse, type Mountable } from '@authlib/core'
import { createDispatch, type DispatchOptions } from '@authlib/core/kit'
import { fetchRequest, type FetchRequestOptions } from './request.ts'

export interface MountOptions extends FetchRequestOptions, DispatchOptions {}

/**
 * Answers the paths of one or more mountables, compared exactly and in full. Null for other requests, which are left
 * untouched.
 *
 * @example
 * const auth = mount(server)
 * export default { fetch: async (request) => (await auth(request)) ?? app(request) }
 */
export function mount(
  mountables: Mountable | readonly Mountable[],
  options: MountOptions = {},
): (request: Request) => Promise<Response> | null {
  const dispatch = createDispatch(mountables, options)
  return (request) => dispatch(fetchRequest(request, options))?.then(toResponse) ?? null
}
