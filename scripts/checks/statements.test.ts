import { expect, it } from 'vitest'
import { statementsIn } from './statements.ts'

const printed = `
A Specification                                            [Page 0]

Abstract

   It MUST be read.

Table of Contents

   1.  Members . . . . . .  2

1.  Members

1.1.  Requirements Notation and Conventions

   The words MUST and REQUIRED are those of RFC 2119.

2.  Members

   first
      REQUIRED.  Its value, e.g. "A", MUST be a URL.  It MAY have a
      path.
   second
      OPTIONAL.  It is NOT REQUIRED to be long, and it
      MUST NOT have



Nobody                                                          [Page 1]
\f
                      A Specification                     December 2023


      a fragment.

   1.  The first item SHALL be read.
   2.  The second is not.
       "It" MUST be kept.

2.1.  Example of a Member

   It MUST be left out.

3.  IANA Considerations

3.1.  Registry

   It MUST be left out.

Appendix A.  Details

   It MUST stay.

Authors' Addresses

   The author MUST be thanked.
`

it('finds each sentence with a demand in a printed text, by section', () => {
  expect(statementsIn(printed).map(({ id, text }) => `${id} ${text}`)).toEqual([
    '2#1 first REQUIRED.',
    '2#2 Its value, e.g. "A", MUST be a URL.',
    '2#3 It is NOT REQUIRED to be long, and it MUST NOT have a fragment.',
    '2#4 The first item SHALL be read.',
    '2#5 "It" MUST be kept.',
    'A#1 It MUST stay.',
  ])
})

it('gives a sentence the same fingerprint wherever its lines break', () => {
  const one = statementsIn('\n1.  A\n\n   It MUST\n   be kept.\n')
  expect(one).toEqual(statementsIn('\n1.  A\n\n   It  MUST be\n   kept.\n'))
  expect(one).toEqual([{ id: '1#1', fingerprint: 'ff4af899', text: 'It MUST be kept.' }])
  expect(statementsIn('\n1.  A\n\n   It MUST be known.\n')[0]?.fingerprint).not.toBe('ff4af899')
})

const markdown = `%%%
title = "A"
%%%

.# Notational conventions

The keywords "shall" and "must" are those of the ISO Directive.

{mainmatter}

# Scope

# Profile

## Servers {#servers}

Servers

 1. shall take one of:
    - this, or
    - that;
 2. should rest; and
 1. shall, in
    time, stop.

\`\`\`
It shall be left out.
\`\`\`

# Examples

It shall be left out.

{backmatter}

# More

It shall be left out.
`

it('counts the sections of Markdown, and reads the lower case words of ISO texts', () => {
  expect(statementsIn(markdown).map(({ id, text }) => `${id} ${text}`)).toEqual([
    '2.1#1 shall take one of:',
    '2.1#2 shall, in time, stop.',
  ])
  expect(statementsIn(markdown.replace('ISO Directive', 'BCP 14'))).toEqual([])
})

it('takes the numbers that headings of Markdown have', () => {
  const text = '# Title\n\n## Foreword\n\nIt MUST be left out.\n\n## 5. A\n\n### 5.2 B\n\nIt MUST stay.\n'
  expect(statementsIn(text).map(({ id }) => id)).toEqual(['5.2#1'])
})
