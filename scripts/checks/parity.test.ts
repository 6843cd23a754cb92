import { describe, expect, it } from 'vitest'
import { workspace } from './fixture.ts'
import { parity, parityTable, reportsTable, tablePage } from './parity.ts'

const FILE = 'packages/x/src/x.test.ts'
const TESTS = { [FILE]: "it('signs a request', () => {})\n" }
const shown = { id: 'A-1', what: 'signs', tests: [{ file: FILE, title: 'signs a request' }] }
const waiting = { id: 'A-2', what: 'dances', reason: 'not built' }

function repository(rows: readonly object[], page?: string): string {
  const table = { sections: [{ title: 'Signing', from: 'a library', rows }] }
  const files = { ...TESTS, 'docs/parity.json': table }
  return workspace(page === undefined ? files : { ...files, [parityTable.page]: page })
}

const pageOf = (root: string): string => tablePage(root, parityTable)

function faults(...rows: readonly object[]): readonly string[] {
  return parity(repository(rows, pageOf(repository(rows))))
}

describe('parity', () => {
  it('finds nothing where each row has a test that exists, or a reason', () => {
    expect(faults(shown, waiting)).toEqual([])
    expect(parity(workspace({}))).toEqual([])
  })

  it('finds tests and files that do not exist', () => {
    const renamed = { ...shown, tests: [{ file: FILE, title: 'signs nothing' }] }
    expect(faults(renamed)).toEqual([`docs/parity.json: A-1: ${FILE} has no test "signs nothing"`])
    const moved = { ...shown, tests: [{ file: 'packages/y.test.ts', title: 'signs a request' }] }
    expect(faults(moved)).toEqual(['docs/parity.json: A-1 names packages/y.test.ts, which does not exist'])
  })

  it('finds rows without tests and reason, with both, and two of one id', () => {
    expect(faults({ id: 'A-1', what: 'signs' })).toEqual([
      'docs/parity.json: A-1 needs tests or a reason, and not both',
    ])
    expect(faults({ ...shown, reason: 'not built' })).toHaveLength(1)
    expect(faults({ ...shown, tests: [] })).toHaveLength(1)
    expect(faults(shown, shown)).toEqual(['docs/parity.json: A-1 stands there twice'])
  })

  it('finds a page that is stale or missing', () => {
    const stale = [`${parityTable.page} is stale: run \`pnpm specs\``]
    expect(parity(repository([shown], 'old'))).toEqual(stale)
    expect(parity(repository([shown]))).toEqual(stale)
  })

  it('writes a table for each section, and counts what is shown', () => {
    const page = pageOf(repository([{ ...shown, what: 'a | b' }, waiting]))
    expect(page).toContain('1 of 2 rows')
    expect(page).toContain('| A-1 | a &#124; b | [signs a request](')
    expect(page).toContain('| A-2 | dances | not built |')
  })

  it('looks at the table of reports too', () => {
    const table = { sections: [{ title: 'Clients', from: 'users', rows: [{ id: 'C-1', what: 'logs in' }] }] }
    const faulty = parity(workspace({ 'docs/reports.json': table }))
    expect(faulty).toEqual([
      'docs/reports.json: C-1 needs tests or a reason, and not both',
      `${reportsTable.page} is stale: run \`pnpm specs\``,
    ])
  })
})
