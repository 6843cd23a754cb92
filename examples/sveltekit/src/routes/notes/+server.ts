import { protector } from '../../lib/server/api.ts'
import { protect } from '@authlib/sveltekit'
import { json } from '@sveltejs/kit'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = protect(
  protector,
  'notes:read',
)((event) => json({ owner: event.locals.token?.subject, notes: ['buy milk'] }))
