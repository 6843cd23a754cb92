import { currentToken, protect } from '@authlib/next'
import { protector } from '../../lib/api'

export const GET = protect(
  protector,
  'notes:read',
)((request) => Response.json({ owner: currentToken(request)?.subject, notes: ['buy milk'] }))
