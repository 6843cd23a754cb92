/** A button that asks the browser for a passkey, or makes one. Browsers without passkeys do not show it. */

import { escapeHtml } from '@authlib/core'

export interface PasskeyForm {
  readonly kind: 'get' | 'create'
  /** What the server asks. */
  readonly options: object
  /** Other fields, HTML. */
  readonly fields: string
  readonly button: string
  /** HTML that has a meaning with the button alone. */
  readonly after?: string | undefined
}

export function passkeyForm({ kind, options, fields, button, after = '' }: PasskeyForm): string {
  const data = escapeHtml(JSON.stringify(options))
  return `<div class="passkey" hidden><form method="post" data-kind="${kind}" data-options="${data}">
${fields}<input type="hidden" name="credential">
<button class="wide">${escapeHtml(button)}</button>
<p class="hint" role="status"></p>
</form>${after}</div>`
}

/** The answer travels in the form like everything else: the page makes no requests of its own. */
export const passkeyScript = `
const known = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined
for (const part of document.querySelectorAll('.passkey')) {
  const form = part.querySelector('form')
  const { kind, options } = form.dataset
  part.hidden = !known
  form.addEventListener('submit', async (event) => {
    if (form.elements.credential.value !== '') return
    event.preventDefault()
    const status = form.querySelector('[role=status]')
    status.textContent = 'Your browser asks for your passkey …'
    try {
      const asked = JSON.parse(options)
      const credential = kind === 'create'
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) })
      form.elements.credential.value = JSON.stringify(credential)
      form.submit()
    } catch (error) {
      status.textContent = error.name === 'InvalidStateError'
        ? 'There is a passkey for this account on this device already.'
        : 'That did not work. You can try again.'
    }
  })
}
`
