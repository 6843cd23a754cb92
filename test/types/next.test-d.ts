// Checked by `pnpm typecheck`.
import { routes } from '@authlib/next'
import type { Mountable } from '@authlib/core'
import { expectTypeOf, it } from 'vitest'

it('gives handlers that the type check of a Next.js build takes', () => {
  type RouteHandler = (request: Request) => Response | void | Promise<Response | void> // of `.next/types/validator.ts`
  const mountable: Mountable = { routes: [], handle: () => Promise.reject(new Error()) }
  expectTypeOf(routes(mountable).GET).toExtend<RouteHandler>()
})
