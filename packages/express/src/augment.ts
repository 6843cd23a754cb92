/** Types for `request.token`: `import type {} from '@authlib/express/augment'`, once in an application. */

import type { CurrentToken } from '@authlib/core'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which Express lets its types be extended
  namespace Express {
    interface Request {
      /** The token with which `protect` has let the request in. */
      readonly token?: CurrentToken
    }
  }
}
