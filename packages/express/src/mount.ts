/** Authlib in an Express application. */

import type { Mountable } from '@authlib/core'
import { mount as mountNode, type MountOptions } from '@authlib/node'
import type { RequestHandler } from 'express'

/**
 * Answers the paths of one or more mountables, compared exactly and in full: `app.use(mount(server))`, or below the path
 * of the issuer `app.use('/auth', mount(server))`. Other requests go on untouched. It may stand before or after the body
 * parsers; before them, it reads bodies as they were sent. The setting `trust proxy` makes no difference.
 *
 * @example
 * app.use(mount(server))
 */
export function mount(mountables: Mountable | readonly Mountable[], options?: MountOptions): RequestHandler {
  return mountNode(mountables, options)
}
