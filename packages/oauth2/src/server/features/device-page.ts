/** The pages of the device flow: enter the code, and the outcome. */

import { escapeHtml, pageResponse, type HttpResponse } from '@authlib/core'

/** `fault` says why the form is shown again. */
export function codePage(status: number, { code = '', fault }: { code?: string; fault?: string } = {}): HttpResponse {
  const described = fault === undefined ? '' : ' aria-invalid="true" aria-describedby="error"'
  const body = `<p>Enter the code that your device shows. Go on only if the device is with you, and you started this yourself.</p>
${fault === undefined ? '' : `<p class="error" role="alert" id="error">${escapeHtml(fault)}</p>`}
<form method="post">
<label>Code <input type="text" name="user_code" value="${escapeHtml(code)}" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus${described}></label>
<div class="actions"><button>Continue</button></div>
</form>`
  return pageResponse(status, { title: 'Connect a device', body }, 'any') // the form may end at a client's login page
}

export function connectedPage(): HttpResponse {
  return pageResponse(200, {
    title: 'Your device is connected',
    body: '<p>You can close this page and go on there.</p>',
  })
}

export function refusedPage(): HttpResponse {
  return pageResponse(200, { title: 'Your device is not connected', body: '<p>You can close this page.</p>' })
}
