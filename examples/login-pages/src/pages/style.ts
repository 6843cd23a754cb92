/** One style sheet for all pages. */

export const style = `
:root { --ink: #17212b; --soft: #556372; --line: #d5dce3; --edge: #7b8794; --paper: #fff; --ground: #eef2f6; --accent: #1453b8; --on-accent: #fff; --bad: #a5231c; --bad-ground: #fdeceb; --calm: #e7effb }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7edf3; --soft: #a0adba; --line: #323c46; --edge: #7d8a97; --paper: #161c23; --ground: #0c1015; --accent: #8cb8ff; --on-accent: #0a1a33; --bad: #ffb4ab; --bad-ground: #3a1a18; --calm: #1b2b44 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; padding: clamp(1rem, 6vh, 5rem) 1rem 2rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
header, main { width: min(27rem, 100%); margin: 0 auto }
header { display: flex; gap: .6rem; align-items: center; padding: 0 .25rem .9rem; color: var(--soft); font-weight: 600; overflow-wrap: anywhere }
.mark { width: 1.1rem; height: 1.1rem; border-radius: 5px 5px 5px 0; background: var(--accent) }
main { background: var(--paper); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1.25rem, 5vw, 2.25rem) }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .35rem; overflow-wrap: anywhere }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; padding-top: 1.25rem; border-top: 1px solid var(--line) }
p { margin: 0 0 1rem }
.lead { color: var(--soft); margin-bottom: 1.4rem; overflow-wrap: anywhere }
.field { margin-bottom: 1rem }
label { display: block; font-weight: 600; margin-bottom: .3rem }
input[type=text], input[type=email], input[type=password] { width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--edge); border-radius: 9px }
input[aria-invalid] { border-color: var(--bad); border-width: 2px }
input[type=checkbox] { accent-color: var(--accent); width: 1.1rem; height: 1.1rem; margin: .2rem 0 0; flex: none }
.hint, .note { color: var(--soft); font-size: .9rem; margin: .35rem 0 0 }
.note { margin-top: 1.4rem }
button { min-height: 2.75rem; padding: .6rem 1.1rem; font: inherit; font-weight: 600; border-radius: 9px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); cursor: pointer }
button.wide { width: 100% }
button.quiet { background: transparent; color: var(--accent) }
button.link { min-height: 0; padding: 0; border: 0; background: none; color: var(--accent); font-weight: 400; text-decoration: underline }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
a { color: var(--accent) }
.alert, .calm { padding: .75rem .9rem; border-radius: 9px; background: var(--calm) }
.alert { background: var(--bad-ground); color: var(--bad); font-weight: 600 }
.or { display: flex; align-items: center; gap: .8rem; color: var(--soft); margin: 1.2rem 0 }
.or::before, .or::after { content: ''; flex: 1; border-top: 1px solid var(--line) }
.actions { display: flex; gap: .75rem; margin-top: 1.5rem }
.actions button { flex: 1 }
ul { list-style: none; margin: 0 0 1rem; padding: 0 }
li { display: flex; gap: .75rem; justify-content: space-between; align-items: center; padding: .7rem 0; border-bottom: 1px solid var(--line) }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0 }
legend { padding: 0; margin-bottom: .5rem }
.check { display: flex; gap: .7rem; font-weight: 400; margin: 0; padding: .65rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere }
img { display: block; max-width: 10rem; max-height: 4rem; margin-bottom: 1rem }
[hidden] { display: none !important }
`
