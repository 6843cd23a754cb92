/** What else to do with the demo. */

import { html } from 'hono/html'
import type { Html, Places } from '../../pages/layout.ts'

export function ideas({ issuer }: Places): Html {
  const uninvited = new URLSearchParams({ code: 'of-somebody-else', state: 'made-up', iss: issuer })
  return html`<section class="worth" aria-labelledby="ideas">
    <h2 id="ideas">Worth trying</h2>
    <ul class="ideas">
      <li>
        Have the provider <a href="/login?prompt=consent">ask for your consent again</a>. Then deny it, or untick
        <code>api:read</code> and call the API.
      </li>
      <li>
        <a href="/play">Break a login</a>: a wrong verifier, a code that is used twice, any parameter of your own.
      </li>
      <li>
        Consent is remembered: let the provider <a href="${issuer}/">forget</a> it, and log in again. The page shows who
        is logged in there, too.
      </li>
      <li>Open a message, and send it again from a terminal: each is shown as a curl command.</li>
      <li>Press the back button when you have allowed, and allow once more.</li>
      <li>
        Bring the client <a href="/callback?${uninvited.toString()}">an answer that it did not ask for</a>, as an
        attacker would.
      </li>
      <li>Log in as alice in one tab and as bob in another.</li>
      <li>Stop the demo, start it again, and go on where you were.</li>
    </ul>
  </section>`
}
