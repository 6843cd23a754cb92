/** The frame of the few pages we show: plain HTML that works without scripts, in light and dark. */

import { randomText } from '#runtime'
import { escapeHtml, htmlResponse, type HtmlResponseOptions } from './html.ts'
import type { HttpResponse } from './http.ts'

/** What is shown in the frame. */
export interface Page {
  readonly title: string
  /** HTML, already escaped. */
  readonly body: string
  /** URLs of pictures in it that come from elsewhere. Default: none. */
  readonly images?: readonly string[] | undefined
}

/** A page in our frame. `formAction`: where its forms may lead, as in `htmlResponse`. */
export function pageResponse(status: number, page: Page, formAction?: HtmlResponseOptions['formAction']): HttpResponse {
  const styleNonce = randomText(32)
  return htmlResponse(status, render(page, styleNonce), { styleNonce, formAction, images: page.images })
}

/** What every page of ours begins with, up to its body. `style`: elements that belong to the head. */
export function pageHead(title: string, style: string = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
${style}</head>`
}

function render({ title, body }: Page, nonce: string): string {
  return `${pageHead(title, `<style nonce="${nonce}">${css}</style>\n`)}
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`
}

const css = `
:root { --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --ground: #f3f5f7; --accent: #0b57d0; --on-accent: #fff; --bad: #b3261e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa5b1; --line: #38414b; --paper: #171c22; --ground: #0d1117; --accent: #8ab4f8; --on-accent: #0b1b33; --bad: #ffb4ab }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: min(28rem, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 2rem }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem }
p, ul { margin: 0 0 1rem }
ul { padding-left: 1.2rem }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0 }
legend { padding: 0; margin-bottom: .75rem }
label { display: block; font-weight: 600; margin-bottom: 1rem }
input[type=text], input[type=password] { display: block; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: 8px }
label.check { font-weight: 400; display: flex; gap: .6rem; align-items: baseline; margin: 0; padding: .4rem 0; border-top: 1px solid var(--line) }
label.check span { flex: 1; display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; column-gap: 1rem }
img.logo { display: block; max-width: 12rem; max-height: 4rem; margin: 0 0 1rem }
input { accent-color: var(--accent) }
input[aria-invalid] { border-color: var(--bad) }
.actions { display: flex; gap: .75rem; margin-top: 1.5rem }
button { flex: 1; padding: .65rem 1rem; font: inherit; font-weight: 600; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); cursor: pointer }
button.quiet { background: transparent; color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.note { color: var(--soft); font-size: .875rem; margin: 1.25rem 0 0 }
.error { color: var(--bad); font-weight: 600 }
a { color: var(--accent) }
.item { border-top: 1px solid var(--line); padding: .4rem 0; margin: 0 }
.item p { margin: 0 }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; margin: .25rem 0 0; overflow-wrap: anywhere }
dt { color: var(--soft) }
dd { margin: 0 }
#pin { font-size: 2rem; letter-spacing: .2em }
code { color: var(--soft); font: .875em ui-monospace, monospace; overflow-wrap: anywhere }
`
