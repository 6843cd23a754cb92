import { currentToken, protect } from '@authlib/h3/v1'
import { onError, protector } from '../utils/auth.ts'

export default defineEventHandler(
  protect(protector, 'notes:read', { onError })((event) => ({ owner: currentToken(event)?.subject })),
)
