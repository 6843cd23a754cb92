/** Authlib in a Fastify application. */

import type { Mountable } from '@authlib/core'
import { createDispatch } from '@authlib/core/kit'
import { nodeRequest, type MountOptions } from '@authlib/node'
import type { FastifyPluginCallback } from 'fastify'
import { respond } from './respond.ts'

/**
 * A plugin that answers the paths of one or more mountables, compared exactly and in full: `app.register(mount(server))`. It
 * runs before the body parsers, so bodies are read as they were sent. Other requests go on untouched.
 *
 * @example
 * app.register(mount(server))
 */
export function mount(mountables: Mountable | readonly Mountable[], options: MountOptions = {}): FastifyPluginCallback {
  const dispatch = createDispatch(mountables, options)
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.addHook('onRequest', async (request, reply) => {
      const answer = dispatch(nodeRequest(request.raw, options))
      if (answer) return respond(reply, await answer)
      return undefined
    })
    done()
  }
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true }) // the hook is for the whole application
}
