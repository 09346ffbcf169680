import { describe, expect, it } from 'vitest'
import { vitestOutcome } from './vitest-report.ts'

const GOOD_FILE = { status: 'passed', assertionResults: [{ status: 'passed' }] }
const BAD_FILE = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }
const UNREADABLE_FILE = { status: 'failed', assertionResults: [] }

function report(counts: object, testResults: readonly object[] = [GOOD_FILE]): string {
  return JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults, ...counts })
}

describe('vitestOutcome', () => {
  it('counts tests', () => {
    const outcome = vitestOutcome(
      1,
      report({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }, [GOOD_FILE, BAD_FILE]),
      '',
    )
    expect(outcome).toMatchObject({ passed: 5, failed: 1, skipped: 3 })
  })

  it('counts a file that does not load as one failure', () => {
    expect(vitestOutcome(1, report({ numPassedTests: 5 }, [GOOD_FILE, UNREADABLE_FILE]), '')).toMatchObject({ passed: 5, failed: 1 })
  })

  it('counts an error outside every test, which only the exit code shows', () => {
    expect(vitestOutcome(1, report({ numPassedTests: 5 }), '')).toMatchObject({ passed: 5, failed: 1 })
  })

  it.each([0, 1])('fails a run without tests that ended with %i', (status) => {
    expect(vitestOutcome(status, report({}, []), '')).toMatchObject({ passed: 0, failed: 1 })
  })

  it('fails a run in which every test was skipped', () => {
    expect(vitestOutcome(0, report({ numPendingTests: 4 }), '')).toMatchObject({ passed: 0, failed: 1, skipped: 4 })
  })

  it('has the lines about skipped tests, and no other of the output', () => {
    const output = 'stdout | a test\nskip  of Redis: there is none\n ✓ it skips\nskip  of a disk: not root\n'
    expect(vitestOutcome(0, report({ numPassedTests: 1, numPendingTests: 2 }), output).skips).toEqual([
      'skip  of Redis: there is none',
      'skip  of a disk: not root',
    ])
  })

  it.each([undefined, '{"numPassed'])('fails a run that left the report %j', (text) => {
    expect(vitestOutcome(0, text, 'crash')).toMatchObject({ passed: 0, failed: 1 })
  })
})
