/** Something that is counted, so that it is the same on every machine. */
export interface Count {
  readonly job: string
  /** What was counted, a line each. */
  readonly lines: readonly string[]
  /** Whether it is as it should be. */
  readonly isMet: boolean
}

/** Prints it, and tells whether it is as it should be. */
export function printCount({ job, lines, isMet }: Count): boolean {
  console.log(`\n${job}`)
  for (const line of lines) console.log(`  ${line}`)
  if (!isMet) console.log('  MISSED')
  return isMet
}
