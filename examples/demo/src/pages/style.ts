/** The one stylesheet, part of each page. */

/** Where an arrow of the diagram begins and ends: lanes are two columns wide, and the lifeline is between them. */
const lanes = [0, 1, 2, 3]
  .map(
    (lane) => `.from-${lane} { grid-column-start: ${2 * lane + 2} } .to-${lane} { grid-column-end: ${2 * lane + 2} }`,
  )
  .join('\n')

export const css = `
:root {
  --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --ground: #f3f5f7; --accent: #0b57d0; --on-accent: #fff;
  --good: #1a6b35; --bad: #b3261e; --browser: #57606a; --client: #0b57d0; --provider: #7a3fb0; --api: #1a6b35;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --soft: #9aa5b1; --line: #38414b; --paper: #171c22; --ground: #0d1117; --accent: #8ab4f8; --on-accent: #0b1b33;
    --good: #7ee2a0; --bad: #ffb4ab; --browser: #9aa5b1; --client: #8ab4f8; --provider: #d3adf7; --api: #7ee2a0;
  }
}
* { box-sizing: border-box }
html { scroll-padding-top: 4rem }
body { margin: 0; border-top: 4px solid var(--party); background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem 4rem }
.browser { --party: var(--browser) } .client { --party: var(--client) } .provider { --party: var(--provider) } .api { --party: var(--api) }

.skip { position: absolute; left: -100vw; padding: .5rem 1rem; background: var(--paper) }
.skip:focus { left: 0; z-index: 2 }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.top { max-width: 76rem; margin: 0 auto; padding: 1rem 1.25rem; display: flex; justify-content: space-between; align-items: baseline }
.brand { font-weight: 700; font-size: 1.125rem; color: var(--ink); text-decoration: none }
.brand span, .note { color: var(--soft) }
.role, .note { font-size: .875rem }
.role { color: var(--party); font-weight: 600 }

h1, h2, h3, h4, h5 { line-height: 1.25; margin: 0 0 .75rem; text-wrap: balance }
h1 { font-size: clamp(1.75rem, 4vw, 2.5rem); letter-spacing: -.02em }
h2 { font-size: 1.375rem } h3 { font-size: 1.0625rem } h4 { font-size: 1rem; margin-bottom: .25rem } h5 { font-size: .875rem; margin: 1rem 0 .25rem }
p, ul, ol, dl { margin: 0 0 1rem } ul, ol { padding: 0; list-style: none }
a { color: var(--accent) }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
.good { color: var(--good) } .bad { color: var(--bad) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px }

button, .button { display: inline-block; padding: .65rem 1.25rem; font: inherit; font-weight: 600; text-decoration: none; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); cursor: pointer }
button.quiet, .button.quiet { background: var(--paper); color: var(--accent) }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem }
label { display: block; font-weight: 600; margin-bottom: .25rem }
.row + label { margin-top: 1rem }
input { flex: 1; min-width: 0; padding: .6rem .7rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: 8px }
.row { display: flex; gap: .5rem }

.hero { padding: 2rem 0 2.5rem; max-width: 52rem }
.lead { font-size: 1.125rem; color: var(--soft) } .lead strong { color: var(--ink) }
.places { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); margin-bottom: 2.5rem }
.columns { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); align-items: start }
.columns > div { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr) }
.links { margin: 0 } .links li { margin-bottom: .25rem; overflow-wrap: anywhere }
.worth { margin-top: 2.5rem }
.ideas { list-style: disc; padding-left: 1.25rem } .ideas li { margin-bottom: .25rem }
.places li, .card, .chapter { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem }
.places li { display: flex; flex-direction: column; border-top: 4px solid var(--party) } .places p:last-child { margin: auto 0 0 }
.card h3 { margin-top: 1.25rem; color: var(--soft); font-size: .875rem }
.card > p { color: var(--soft); font-size: .9375rem }
.chip { display: inline-block; padding: 0 .4rem; border-radius: 6px; background: var(--paper); border: 1px solid var(--line); color: var(--ink); font-size: .8125rem }
.badge { font-size: .75rem; padding: .15rem .5rem; border-radius: 99px; border: 1px solid; color: var(--good); vertical-align: middle }
.write { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line) }

.members { display: grid; grid-template-columns: fit-content(10.5rem) minmax(0, 1fr); column-gap: 1rem; margin: 0; font-size: .8125rem }
.members > div { grid-column: 1 / -1; display: grid; grid-template-columns: subgrid; padding: .3rem 0; border-top: 1px solid var(--line) }
.members dt { color: var(--soft); overflow-wrap: anywhere } .members dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line }
.members > .nested { display: block } .nested > dd { margin-left: .75rem; white-space: normal } .nested .members > div { border: 0; padding: .15rem 0 }

.diagram { margin-top: 3rem; --lanes: 36rem }
.lanes { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--line); padding: .75rem 1.5rem; margin-bottom: 1.25rem }
.lanes > div { display: grid; grid-template-columns: repeat(4, 1fr); width: var(--lanes); max-width: 100% }
.lanes span { justify-self: center; padding: .2rem .75rem; border-radius: 99px; font-size: .875rem; font-weight: 600; color: var(--party); border: 1px solid; background: var(--paper) }
.chapter { margin-bottom: 1.25rem; padding: 0 } .chapter > h3 { margin: 0; padding: 1rem 1.5rem; border-bottom: 1px solid var(--line) }
.chapter ol { margin: 0; counter-reset: message } .chapter ol > li { display: grid; grid-template-columns: var(--lanes) minmax(0, 1fr); gap: 0 2rem; padding: 0 1.5rem }
.arrows { display: grid; grid-template-columns: repeat(8, 1fr); align-content: start; padding: 1rem 0 1.5rem;
  background: linear-gradient(var(--line), var(--line)) 12.5% 0 / 1px 100% no-repeat, linear-gradient(var(--line), var(--line)) 37.5% 0 / 1px 100% no-repeat, linear-gradient(var(--line), var(--line)) 62.5% 0 / 1px 100% no-repeat, linear-gradient(var(--line), var(--line)) 87.5% 0 / 1px 100% no-repeat }
${lanes}
.arrow { position: relative; margin: 0 0 .75rem; padding: 0 .5rem .2rem; text-align: center; font: .8125rem/1.3 ui-monospace, monospace; color: var(--party); border-bottom: 2px solid; overflow-wrap: anywhere }
.label { background: var(--paper) }
.arrow.answer { border-bottom-style: dashed }
.arrow::after { content: ''; position: absolute; bottom: -7px; border: 6px solid transparent }
.arrow.right::after { right: -5px; border-left-color: currentColor } .arrow.left::after { left: -5px; border-right-color: currentColor }
.words { padding: 1rem 0 1.25rem; border-top: 1px solid var(--line) } .chapter li:first-child > .words { border: 0 }
.words > p { margin-bottom: .5rem; color: var(--soft); font-size: .9375rem }
.words h4 { counter-increment: message } .words h4::before { content: counter(message); display: inline-block; min-width: 1.5rem; margin-right: .5rem; border-radius: 99px; text-align: center; font-size: .8125rem; line-height: 1.5rem; background: var(--ground); border: 1px solid var(--line) }
.rules { margin-bottom: .5rem; font-size: .875rem } .rules li { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr) } .rules a { color: var(--soft); white-space: nowrap }
.mark { font-weight: 700; color: var(--good) } .broken, .broken .mark { color: var(--bad) }
.card:target, .chapter:target { border-color: var(--accent) }
.content { grid-column: 2; padding-bottom: 1.25rem } .content:has([open]) { grid-column: 1 / -1 } .words { padding-bottom: .5rem }
.curl { margin: 0; padding: .75rem 1rem; overflow-x: auto; font: .8125rem/1.5 ui-monospace, monospace; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; user-select: all }
details { font-size: .875rem } summary { cursor: pointer; color: var(--accent) } details p { margin: 0 0 .25rem }

@media (max-width: 68rem) {
  .diagram { --lanes: 100% }
  .chapter ol > li { grid-template-columns: minmax(0, 1fr) }
  .arrows { padding-bottom: .25rem } .words { border: 0; padding-top: .25rem } .content { grid-column: 1 }
}
@media (max-width: 36rem) {
  .lanes, .chapter ol > li, .chapter > h3 { padding-left: .75rem; padding-right: .75rem }
  .places li, .card { padding: 1.25rem } .members { grid-template-columns: minmax(0, 1fr) } /* the name above its value: no word breaks */
  .lanes span { padding: .2rem .5rem } .arrow { font-size: .75rem; padding-inline: .25rem }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth } }
`
