import { describe, expect, it } from 'vitest'
import { closingLine, exitOutcome } from './outcome.ts'

const NOTHING = { passed: 0, failed: 0, skipped: 0, skips: [], summary: '', output: '' }

describe('closingLine', () => {
  it('adds up what the gates count', () => {
    expect(
      closingLine([
        { ...NOTHING, passed: 40, failed: 2 },
        { ...NOTHING, passed: 1 },
      ]),
    ).toBe('41 passed, 2 failed')
  })

  it('names skipped tests only when there are any', () => {
    expect(closingLine([{ ...NOTHING, passed: 1, skipped: 3 }])).toBe('1 passed, 0 failed, 3 skipped')
  })
})

describe('exitOutcome', () => {
  it('counts one, by the exit code', () => {
    expect(exitOutcome(0, 'a\nall is well\n\n')).toMatchObject({ passed: 1, failed: 0, summary: 'all is well' })
    expect(exitOutcome(2, 'a\nbroken\n')).toMatchObject({ passed: 0, failed: 1, output: 'a\nbroken\n' })
  })

  it('counts a gate that a signal ended as failed', () => {
    expect(exitOutcome(null, '')).toMatchObject({ passed: 0, failed: 1 })
  })

  it('shows the line that is asked for', () => {
    expect(exitOutcome(0, 'Tasks: 4\nTime: 1 s', /^Tasks:/).summary).toBe('Tasks: 4')
  })
})
