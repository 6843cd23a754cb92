/**
 * The response as a form that the browser posts to the redirect URI.
 *
 * @spec OAuth 2.0 Form Post Response Mode §2
 */

import { escapeHtml, htmlResponse, pageHead, randomToken, type HttpResponse } from '@authlib/core'
import type { ResponseMode } from '../contract/registrable.ts'

/**
 * Answers by a page whose form posts the parameters to the redirect URI. A script submits it; without scripts the person
 * presses the button. Register it with `server.registerResponseMode(formPostMode)`.
 */
export const formPostMode: ResponseMode = {
  kind: 'response_mode',
  responseMode: 'form_post',
  respond: (params, { redirectUri }) => postPage(redirectUri, params),
}

/** The page itself: for response modes that post something else, such as `form_post.jwt`. */
export function postPage(action: string, params: Readonly<Record<string, string>>): HttpResponse {
  const scriptNonce = randomToken()
  const fields = Object.entries(params).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  const html = `${pageHead('Continue to the application')}
<body>
<form method="post" action="${escapeHtml(action)}" accept-charset="utf-8">
${fields.join('\n')}
<noscript><main>
<h1>Continue to the application</h1>
<p>Your browser runs no scripts: press the button.</p>
<button>Continue</button>
</main></noscript>
</form>
<script nonce="${scriptNonce}">document.forms[0].submit()</script>
</body>
</html>
`
  return htmlResponse(200, html, { scriptNonce, formAction: 'any' }) // the callback may redirect anywhere
}
