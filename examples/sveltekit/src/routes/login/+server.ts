import { redirectUri } from '../../lib/server/my-app.ts'
import { oauth } from '../../lib/server/oauth.ts'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = (event) => oauth.provider.authorizeRedirect(event, { redirectUri })
