/** Finds the demands in the text of a specification: each sentence that says MUST, SHALL or REQUIRED. */

import { createHash } from 'node:crypto'

export interface Statement {
  /** Section, and number within it: `3.1.2.1#2`. */
  readonly id: string
  /** The first 8 hexadecimal digits of the SHA-256 of the text. */
  readonly fingerprint: string
  /** The sentence, with white space collapsed. */
  readonly text: string
}

/** A text as the RFC editor and the OpenID Foundation print it, or the Markdown that it was made from. */
export function statementsIn(text: string): Statement[] {
  const isMarkdown = /^#|^%%%/.test(text)
  const sections = isMarkdown ? markdownSections(text) : printedSections(text)
  // ISO Directives: the words are in lower case
  const words = text.includes('ISO Directive')
    ? /\b(MUST|SHALL|(?<!NOT )REQUIRED|shall|must)\b/
    : /\b(MUST|SHALL|(?<!NOT )REQUIRED)\b/
  const left = sections.filter(({ title }) => isInformative(title)).map(({ number }) => number)
  return sections
    .filter(({ number }) => !left.some((one) => number === one || number.startsWith(`${one}.`)))
    .flatMap(({ number, lines }) =>
      itemsOf(lines)
        .flatMap(sentencesOf)
        .filter((sentence) => words.test(sentence))
        .map((sentence, index) => ({
          id: `${number}#${index + 1}`,
          fingerprint: fingerprintOf(sentence),
          text: sentence,
        })),
    )
}

interface Section {
  readonly number: string
  readonly title: string
  readonly lines: string[]
}

function isInformative(title: string): boolean {
  return /^(Requirements Notation|Notational Conventions|IANA Considerations|(Normative |Informative )?References|Acknowledge?ments?|Contributors|Notices|Bibliography|Document History|Authors' Addresses)|\bExamples?\b/i.test(
    title,
  )
}

function printedSections(text: string): Section[] {
  const sections: Section[] = []
  for (const line of withoutPageBreaks(text.split(/\r?\n/))) {
    const [, number, title = ''] = /^(?:Appendix )?([A-Z0-9]+(?:\.[0-9]+)*)\.\s+(\S.*)$/.exec(line) ?? []
    if (number !== undefined) sections.push({ number, title, lines: [] })
    else if (/^\S/.test(line)) sections.push({ number: '', title: 'Notices', lines: [] })
    else sections.at(-1)?.lines.push(line)
  }
  return sections.filter(({ number }) => number !== '')
}

/** A sentence goes on behind the foot of a page and the head of the next. */
function withoutPageBreaks(lines: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (!/\[Page \d+\]$/.test(line)) {
      kept.push(line)
      continue
    }
    while (kept.at(-1)?.trim() === '') kept.pop()
    index += 1
    while (/^\f?\s*$/.test(lines[index] ?? 'x')) index += 1 // and then the head, which this leaves out
    while (/^\s*$/.test(lines[index + 1] ?? 'x')) index += 1
    if (/[.:]["')]*$/.test(kept.at(-1) ?? '')) kept.push('')
  }
  return kept
}

/** Sections count from `{mainmatter}`, or have their number in the heading. */
function markdownSections(text: string): Section[] {
  const isCounted = text.includes('{mainmatter}')
  const [, body = text] = text.split('{mainmatter}')
  const sections: Section[] = []
  const counts: (number | undefined)[] = []
  let isCode = false
  for (const line of (body.split('{backmatter}')[0] ?? '').split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode
    else if (isCode) continue
    const [, marks, heading = ''] = /^(#+)\s*(.*?)(?:\s*\{.*\})?\s*$/.exec(line) ?? []
    if (marks === undefined) {
      sections.at(-1)?.lines.push(line)
      continue
    }
    const [, own, title = heading] =
      /^(?:Appendix )?([A-Z0-9]+(?:\.[0-9]+)*)\.?\s+(?:-\s+)?(.*)$/.exec(isCounted ? '' : heading) ?? []
    counts.length = marks.length
    counts[marks.length - 1] = (counts[marks.length - 1] ?? 0) + 1
    const number = isCounted ? Array.from(counts, (count) => count ?? 0).join('.') : (own ?? '')
    sections.push({ number, title, lines: [] })
  }
  return sections.filter(({ number }) => number !== '')
}

/** Paragraphs and the items of lists, each as one line. */
function itemsOf(lines: readonly string[]): string[] {
  const items: string[] = []
  let margin = Infinity
  for (const line of lines) {
    const [, item] = /^\s*(?:[o*+-]|\(?[0-9a-z]{1,2}[.)])\s+(\S.*)$/.exec(line) ?? []
    const words = (item ?? line).trim()
    const indent = line.search(/\S/)
    // a line that stands further left than the one before it is the next term of a list of definitions
    if (item !== undefined || indent < margin) items.push(words)
    else items.push(`${items.pop() ?? ''} ${words}`)
    margin = words === '' ? Infinity : indent
  }
  return items.map((item) => item.replaceAll(/\s+/g, ' ').trim()).filter((item) => item !== '')
}

const ABBREVIATION = /\b(e\.g|i\.e|etc|vs|cf|Sec|al|St)\.["')]*$/

function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = []
  let isWhole = true
  for (const part of paragraph.split(/(?<=[.!?]["')\]]*)\s+(?=["'([*`]*[A-Z])/)) {
    if (isWhole) sentences.push(part)
    else sentences.push(`${sentences.pop() ?? ''} ${part}`)
    isWhole = !ABBREVIATION.test(part)
  }
  return sentences
}

function fingerprintOf(sentence: string): string {
  return createHash('sha256').update(sentence).digest('hex').slice(0, 8)
}
