import { redirectUri } from '../../lib/my-app'
import { oauth } from '../../lib/oauth'

export function GET(request: Request) {
  return oauth.provider.authorizeRedirect(request, { redirectUri })
}
